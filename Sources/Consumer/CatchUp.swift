package import Events
package import Kafka
package import Store
package import Telemetry
internal import Threads

/// Reads partitions from where a store is up to given ends, and applies what is there.
///
/// It has a Kafka client of its own, for one thread. A partition is done at a record at or past its
/// end, or at its end-of-partition signal: in topics written by transactions the last offset is
/// never delivered.
package final class CatchUp {
    /// What it does while it reads.
    package struct Hooks {
        /// Whether to give up.
        package var shouldStop: () -> Bool = { false }
        /// Told after each batch.
        package var progress: (CatchUpProgress) -> Void = { _ in }

        /// Nothing.
        package init() {}
    }

    /// Records in one transaction at most.
    private static let batchRecords = 4000
    /// So many records of what is being read may be left when the next partitions join it.
    private static let lookahead: Int64 = 20_000
    /// How long to wait for a record before looking whether to stop.
    private static let pollWait = Duration.milliseconds(100)
    /// How long it may stand still.
    package static let stallLimit = Duration.seconds(60)
    private static let closeLimit = Duration.seconds(2)

    private let store: StateStore
    private let applier: RecordApplier
    private let consumer: KafkaConsumer
    private let hooks: Hooks
    private let progress: [TopicPartition: PartitionProgress]
    private var plan: CatchUpPlan
    private var open: [TopicPartition: CatchUpPartition] = [:]
    private var latest: CatchUpPartition?
    private var unsaved: [CatchUpPartition] = []
    private var done: [TopicPartition] = []
    private var result = CatchUpProgress()
    private var lastProgress = MonotonicClock.now()
    private var problem: CatchUpError?
    /// The next offsets of the partitions that are done.
    private var reached: [TopicPartition: Int64] = [:]

    /// Prepares to read into `store`; events that occurred after `cutoff` are passed over.
    package init(
        _ store: StateStore, to targets: [CatchUpTarget], catalogue: Catalogue,
        kafka: KafkaConfiguration, upTo cutoff: Timestamp? = nil, hooks: Hooks = Hooks(), log: Log
    ) throws(CatchUpError) {
        self.store = store
        self.hooks = hooks
        applier = RecordApplier(store, catalogue: catalogue, upTo: cutoff)
        do {
            progress = Dictionary(
                uniqueKeysWithValues: try store.progress().map {
                    (TopicPartition($0.topic, $0.partition), $0)
                })
        } catch {
            throw .store(error)
        }
        plan = CatchUpPlan(targets, at: progress.mapValues(\.next))
        do {
            consumer = try KafkaConsumer(kafka, log: log)
        } catch {
            throw .kafka(error)
        }
    }

    /// Reads to the ends; once only.
    package func run() throws(CatchUpError) -> CatchUpProgress {
        defer { consumer.close(upTo: Self.closeLimit) }
        // What is empty counts as read, so that nothing is taken for lost later.
        for target in plan.empty { markUnsaved(CatchUpPartition(target, nil)) }
        try save()
        try proceed()
        while !open.isEmpty {
            if hooks.shouldStop() { throw .interrupted }
            try gather()
            if let problem { throw problem }
            try save()
            try proceed()
            hooks.progress(result)
        }
        try checkEnds()
        return result
    }

    /// Lets the next partitions join what is being read, where little of it is left.
    private func proceed() throws(CatchUpError) {
        if !done.isEmpty {
            let finished = done
            done.removeAll()
            try kafka { () throws(KafkaError) in try consumer.unassign(finished) }
        }
        var left = open.values.reduce(0) { $0 + $1.left }
        var starts: [TopicPartition: StartOffset] = [:]
        while left < Self.lookahead, let group = plan.next() {
            for target in group {
                let partition = CatchUpPartition(target, progress[target.partition])
                open[target.partition] = partition
                starts[target.partition] =
                    partition.reading.start.map(StartOffset.next) ?? .beginning
                left += partition.left
            }
        }
        guard !starts.isEmpty else { return }
        let joining = starts
        try kafka { () throws(KafkaError) in try consumer.assign(joining) }
    }

    /// Reads until a batch is full or nothing more is there.
    private func gather() throws(CatchUpError) {
        var room = Self.batchRecords
        var wait = Self.pollWait
        while room > 0, problem == nil {
            let count: Int
            do {
                count = try consumer.poll(limit: room, upTo: wait) { record throws(StoreError) in
                    try take(record)
                } signal: { signal throws(StoreError) in
                    take(signal)
                }
            } catch {
                throw .store(error)
            }
            if count == 0 { break }
            room -= count
            wait = .zero
        }
        let now = MonotonicClock.now()
        if room < Self.batchRecords { lastProgress = now }
        let stalled = Duration.nanoseconds(Int64(now - lastProgress))
        if stalled > Self.stallLimit, let key = open.keys.min() {
            throw .stalled(key, others: open.count - 1)
        }
    }

    private func take(_ record: borrowing KafkaRecord) throws(StoreError) {
        guard let partition = find(record.topic, record.partition) else { return }
        let offset = record.offset
        guard offset < partition.target.end else { return finish(partition, partition.target.end) }
        switch partition.reading.meet(
            offset: offset, hash: Self.hash(of: record), timestamp: record.timestamp)
        {
        case .pass, .passUpTo: return
        case .stop(let reason): problem = .stopped(partition.target.partition, reason)
        case .apply:
            if !store.isInTransaction { try store.begin() }
            try apply(record, partition)
            if offset + 1 == partition.target.end { finish(partition, partition.target.end) }
        }
    }

    private func apply(
        _ record: borrowing KafkaRecord, _ partition: CatchUpPartition
    ) throws(StoreError) {
        let position = RecordPosition(
            topic: record.topic, partition: record.partition, offset: record.offset)
        let (effect, last) = try record.withContent { (key, value) throws(StoreError) in
            try applier.apply(
                key: key, value: value, topic: partition.target.suffix, at: position,
                timestamp: record.timestamp)
        }
        partition.reading.applied(last)
        result.count(effect)
        partition.read.records += 1
        partition.read.bytes += record.valueCount
        markUnsaved(partition)
    }

    private static func hash(of record: borrowing KafkaRecord) -> BodyHash? {
        record.withValue { BodyHash(hashing: $0) }
    }

    private func take(_ signal: ConsumerSignal) {
        switch signal {
        case .end(let key, let nextOffset):
            guard let partition = open[key] else { return }
            finish(partition, min(nextOffset, max(partition.target.end, partition.reading.next)))
        case .outOfRange(let key, let error):
            guard let partition = open[key] else { return }
            leaveRange(partition, error)
        case .partition(let key, let error): problem = .partition(key, error)
        case .client(let error): if error.fatal { problem = .kafka(error) }
        }
    }

    private func leaveRange(_ partition: CatchUpPartition, _ error: KafkaError) {
        let key = partition.target.partition
        do {
            let range = try consumer.watermarks(of: key, upTo: .seconds(10))
            switch partition.reading.leaveRange(start: range.low, end: range.high) {
            case .stop(let reason): problem = .stopped(key, reason)
            case .read(let offset): try consumer.seek(key, to: .next(offset))
            }
        } catch {
            problem = .partition(key, error)
        }
    }

    private func finish(_ partition: CatchUpPartition, _ end: Int64) {
        let key = partition.target.partition
        if let reason = partition.reading.reachEnd(end) {
            problem = .stopped(key, reason)
            return
        }
        markUnsaved(partition)
        open[key] = nil
        latest = nil
        done.append(key)
        reached[key] = partition.reading.next
    }

    /// Whether everything is there that was asked for.
    private func checkEnds() throws(CatchUpError) {
        for target in plan.exact {
            let next = reached[target.partition] ?? progress[target.partition]?.next ?? 0
            guard next >= target.end else {
                throw .short(target.partition, next: next, end: target.end)
            }
        }
    }

    private func find(_ topic: String, _ number: Int32) -> CatchUpPartition? {
        if let latest, latest.target.partition.partition == number,
            latest.target.partition.topic == topic
        {
            return latest
        }
        latest = open[TopicPartition(topic, number)]
        return latest
    }

    private func markUnsaved(_ partition: CatchUpPartition) {
        guard !partition.isUnsaved else { return }
        partition.isUnsaved = true
        unsaved.append(partition)
    }

    private func save() throws(CatchUpError) {
        guard !unsaved.isEmpty else { return }
        do {
            if !store.isInTransaction { try store.begin() }
            for partition in unsaved {
                partition.isUnsaved = false
                result.add(partition.target.partition.topic, partition.takeRead())
                try store.advance(partition.progress)
            }
            try store.commit()
        } catch {
            throw .store(error)
        }
        unsaved.removeAll(keepingCapacity: true)
    }

    private func kafka(_ body: () throws(KafkaError) -> Void) throws(CatchUpError) {
        do {
            try body()
        } catch {
            throw .kafka(error)
        }
    }
}
