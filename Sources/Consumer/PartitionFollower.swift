internal import Events
internal import Kafka
internal import Store

/// A partition that is being read, or was; only its follower moves it.
class FollowedPartition {
    /// The topic and the number.
    let key: TopicPartition
    /// The offset before which all is read; nil for a partition that is read for ever.
    let end: Int64?
    /// How far it was read, and whether it is the one that was read before.
    fileprivate(set) var reading: PartitionReading
    /// Whether it moved since `takeMoved`.
    fileprivate var hasMoved = false

    init(_ key: TopicPartition, end: Int64? = nil, reading: PartitionReading) {
        self.key = key
        self.end = end
        self.reading = reading
    }

    /// Where to begin; the very beginning, for a partition that nothing was read of.
    var start: StartOffset { reading.start.map(StartOffset.next) ?? .beginning }

    /// What the store is to know of it.
    var progress: PartitionProgress {
        PartitionProgress(
            topic: key.topic, partition: key.partition, next: reading.next, last: reading.last,
            anchor: reading.anchor)
    }
}

/// What a follower tells beside records.
enum FollowerEvent<Partition: FollowedPartition> {
    /// Everything is read, up to the end that is there or the one that was asked for.
    case end(Partition)
    /// No more is read of the partition, which is not what it was or has lost records.
    case stopped(Partition, StopReason)
    /// Retention took what was applied, and nothing else: reading continues.
    case trimmed(Partition)
    /// The partition cannot be read at the moment.
    case trouble(TopicPartition, KafkaError)
    /// Something is wrong with the client as a whole.
    case client(KafkaError)
    /// The process stood still, so every partition is being checked.
    case pause
}

/// Follows partitions record by record: judges whether each record is to be applied, and meets
/// ends, lost ranges and pauses; for one thread.
///
/// The live consumer and every replay follow partitions with this, so that they agree on what a
/// partition holds.
final class PartitionFollower<Partition: FollowedPartition> {
    private let consumer: KafkaConsumer
    /// How long one question to a broker may take.
    private let questionLimit: Duration
    private(set) var partitions: [TopicPartition: Partition] = [:]
    /// The partition found last: records come in runs of the same one.
    private var latest: Partition?
    /// What came beside records, until `takeEvents`.
    private var signals: [ConsumerSignal] = []
    private var events: [FollowerEvent<Partition>] = []
    /// Partitions to continue further ahead.
    private var skipping: [Partition] = []
    private var moved: [Partition] = []
    private var pauses: PauseWatch

    init(_ consumer: KafkaConsumer, questionLimit: Duration, pauses: PauseWatch = PauseWatch()) {
        self.consumer = consumer
        self.questionLimit = questionLimit
        self.pauses = pauses
    }

    /// Takes in a partition, which is not read yet.
    func add(_ partition: Partition) {
        partitions[partition.key] = partition
        latest = nil
    }

    /// Forgets a partition, which is read no more.
    @discardableResult
    func remove(_ key: TopicPartition) -> Partition? {
        guard let partition = partitions.removeValue(forKey: key) else { return nil }
        latest = nil
        moved.removeAll { $0 === partition }
        partition.hasMoved = false
        return partition
    }

    /// The partition is new and begins here.
    func begin(_ partition: Partition, at offset: Int64) {
        partition.reading.begin(at: offset)
        markMoved(partition)
    }

    /// Begins to read partitions, each where it is.
    func read(_ partitions: [Partition]) throws(KafkaError) {
        guard !partitions.isEmpty else { return }
        try consumer.assign(
            Dictionary(uniqueKeysWithValues: partitions.map { ($0.key, $0.start) }))
    }

    /// Reads partitions no more; what still comes of them is skipped.
    func stopReading(_ keys: [TopicPartition]) throws(KafkaError) {
        guard !keys.isEmpty else { return }
        try consumer.unassign(keys)
    }

    /// Waits for records and gives those to apply to the closure, `limit` at most; how many came.
    ///
    /// The closure gives what the record is recognised by later.
    func poll<E: Error>(
        limit: Int, upTo wait: Duration,
        apply: (borrowing KafkaRecord, Partition) throws(E) -> LastRecord
    ) throws(E) -> Int {
        if pauses.lookCloser() {
            events.append(.pause)
            // Those of before stand behind records that are read again, or were left out.
            signals.removeAll { if case .end = $0 { true } else { false } }
            recheckAll()
            pauses.forget()
        }
        return try consumer.poll(limit: limit, upTo: wait) { record throws(E) in
            try meet(record, apply)
        } signal: { signal throws(E) in
            signals.append(signal)
        }
    }

    private func meet<E: Error>(
        _ record: borrowing KafkaRecord,
        _ apply: (borrowing KafkaRecord, Partition) throws(E) -> LastRecord
    ) throws(E) {
        guard let partition = find(record.topic, record.partition) else { return }
        if let end = partition.end, record.offset >= end {
            return signals.append(.end(partition.key, nextOffset: end))
        }
        let action = partition.reading.meet(
            offset: record.offset, hash: record.bodyHash, timestamp: record.timestamp)
        switch action {
        case .pass: return
        case .passUpTo: skipping.append(partition)
        case .stop(let reason): events.append(.stopped(partition, reason))
        case .apply:
            // After a pause it may come from another topic of the same name: it is read again, once
            // the partition has been checked.
            if pauses.look() { return }
            partition.reading.applied(try apply(record, partition))
            markMoved(partition)
            if partition.reading.next == partition.end {
                signals.append(.end(partition.key, nextOffset: partition.reading.next))
            }
        }
    }

    private func find(_ topic: String, _ partition: Int32) -> Partition? {
        if let latest, latest.key.partition == partition, latest.key.topic == topic {
            return latest
        }
        latest = partitions[TopicPartition(topic, partition)]
        return latest
    }

    private func markMoved(_ partition: Partition) {
        guard !partition.hasMoved else { return }
        partition.hasMoved = true
        moved.append(partition)
    }

    /// Whether a partition moved since `takeMoved`.
    var hasMoved: Bool { !moved.isEmpty }

    /// The partitions that moved since the last call, in the order in which they began to.
    func takeMoved() -> [Partition] {
        for partition in moved { partition.hasMoved = false }
        defer { moved.removeAll(keepingCapacity: true) }
        return moved
    }

    /// What there is to say since the last call, and does what it asks for; each partition that
    /// stops is told once.
    ///
    /// To be called once the records that were polled are applied: an end lies behind them.
    func takeEvents() -> [FollowerEvent<Partition>] {
        let arrived = signals
        signals.removeAll(keepingCapacity: true)
        for signal in arrived { meet(signal) }
        for partition in skipping where partition.reading.stopReason == nil {
            seek(partition, to: partition.start)
        }
        skipping.removeAll(keepingCapacity: true)
        var told: Set<TopicPartition> = []
        defer { events.removeAll(keepingCapacity: true) }
        return events.filter { event in
            guard case .stopped(let partition, _) = event else { return true }
            return told.insert(partition.key).inserted
        }
    }

    private func meet(_ signal: ConsumerSignal) {
        switch signal {
        case .end(let key, let offset):
            // An end that stands behind records that a pause left out would skip them.
            guard !pauses.hasPaused, let partition = partitions[key] else { return }
            reachEnd(of: partition, at: offset)
        case .outOfRange(let key, let error):
            if let partition = partitions[key] { leaveRange(of: partition, error) }
        case .partition(let key, let error): events.append(.trouble(key, error))
        case .client(let error): events.append(.client(error))
        }
    }

    private func reachEnd(of partition: Partition, at offset: Int64) {
        let (next, isNew) = (partition.reading.next, partition.reading.isNew)
        let end = partition.end.map { min(offset, max($0, next)) } ?? offset
        if let reason = partition.reading.reachEnd(end) {
            return events.append(.stopped(partition, reason))
        }
        if partition.reading.next != next || isNew { markMoved(partition) }
        events.append(.end(partition))
    }

    private func leaveRange(of partition: Partition, _ error: KafkaError) {
        let range: Watermarks
        do {
            range = try consumer.watermarks(of: partition.key, upTo: questionLimit)
        } catch {
            return events.append(.trouble(partition.key, error))
        }
        switch partition.reading.leaveRange(start: range.low, end: range.high) {
        case .stop(let reason): events.append(.stopped(partition, reason))
        case .read(let offset):
            events.append(.trimmed(partition))
            seek(partition, to: .next(offset))
        }
    }

    /// Reads a partition from another offset on; where that fails it is in trouble.
    private func seek(_ partition: Partition, to start: StartOffset) {
        do {
            try consumer.seek(partition.key, to: start)
        } catch {
            events.append(.trouble(partition.key, error))
        }
    }

    /// Reads a partition again that was in trouble, after a check of what it is.
    func retry(_ partition: Partition) throws(KafkaError) {
        _ = partition.reading.checkAgain()
        try consumer.seek(partition.key, to: partition.start)
    }

    /// A broker was away, or a topic changed, or time has passed: each partition begins at a record
    /// that was applied again, to see that it is still the same.
    func check(_ partitions: [Partition]) throws(KafkaError) {
        let checking = partitions.filter { $0.reading.canBeChecked }
        guard !checking.isEmpty else { return }
        do {
            // Only what is not assigned may expect another record than the one that comes next.
            try consumer.unassign(checking.map(\.key))
            for partition in checking { _ = partition.reading.checkAgain() }
            try read(checking)
        } catch {
            for partition in checking { events.append(.trouble(partition.key, error)) }
            throw error
        }
    }

    /// Checks every partition before anything more of it is applied, and reads again what was left
    /// out.
    private func recheckAll() {
        for partition in partitions.values where partition.reading.stopReason == nil {
            _ = partition.reading.checkAgain()
            seek(partition, to: partition.start)
        }
    }

    /// Reads no more of a partition, for a reason that its records do not show.
    func stop(_ partition: Partition, _ reason: StopReason) {
        partition.reading.stop(for: reason)
    }

    /// Continues a partition that was stopped, and gives the offsets that are skipped: from the
    /// first to before the end, which is nil if nobody knows it.
    func goOn(_ partition: Partition) -> (first: Int64, end: Int64?) {
        let skipped = partition.reading.goOn()
        // At once: what is queued from further ahead would else be taken for what comes next.
        seek(partition, to: partition.start)
        return skipped
    }
}

extension KafkaRecord {
    /// The hash of its value; nil for a tombstone.
    var bodyHash: BodyHash? { withValue { BodyHash(hashing: $0) } }
}
