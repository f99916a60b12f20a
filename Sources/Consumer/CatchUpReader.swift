internal import Events
internal import Kafka
internal import Projection
internal import Store
internal import Telemetry
internal import Threads

/// Reads partitions up to their ends and makes of their records what a store can apply; it has a
/// Kafka client of its own, for its one thread.
///
/// A partition is done at a record at or past its end, or at its end-of-partition signal: in topics
/// written by transactions the last offset is never delivered.
final class CatchUpReader {
    /// What to read, and from where.
    struct Order: Sendable {
        let targets: [CatchUpTarget]
        /// How far the store has come.
        let progress: [TopicPartition: PartitionProgress]
        let catalogue: Catalogue
        let kafka: KafkaConfiguration
        /// Events that occurred after it are passed over.
        let cutoff: Timestamp?
        let log: Log
    }

    /// Records taken from the client in one go.
    private static let pollRecords = 64
    /// Records and bytes of values after which a batch is full.
    private static let batchRecords = 1000
    private static let batchBytes = 512 << 10
    /// So many records of what is being read may be left when the next partitions join it.
    private static let lookahead: Int64 = 4000
    /// How long to wait for a record before looking whether to stop.
    private static let pollWait = Duration.milliseconds(100)
    private static let closeLimit = Duration.seconds(2)

    private let order: Order
    private let queue: CatchUpQueue
    private let consumer: KafkaConsumer
    private let reader: RecordReader
    private var plan: CatchUpPlan
    private var open: [TopicPartition: CatchUpPartition] = [:]
    private var latest: CatchUpPartition?
    private var batch = CatchUpBatch()
    /// The partitions that got on in the batch.
    private var unsaved: [CatchUpPartition] = []
    private var done: [TopicPartition] = []
    private var lastProgress = MonotonicClock.now()
    private var problem: CatchUpError?
    /// The next offsets of the partitions that are done.
    private var reached: [TopicPartition: Int64] = [:]

    /// Reads as ordered until all is read, it fails, or the queue is closed; for a thread's body.
    static func run(_ order: Order, to queue: CatchUpQueue) {
        do throws(CatchUpError) {
            let reader = try CatchUpReader(order, queue)
            defer { reader.consumer.close(upTo: closeLimit) }
            _ = queue.put(.end(try reader.run()))
        } catch {
            _ = queue.put(.failure(error))
        }
    }

    private init(_ order: Order, _ queue: CatchUpQueue) throws(CatchUpError) {
        self.order = order
        self.queue = queue
        reader = RecordReader(catalogue: order.catalogue)
        plan = CatchUpPlan(order.targets, at: order.progress.mapValues(\.next))
        do {
            consumer = try KafkaConsumer(order.kafka, log: order.log)
        } catch {
            throw .kafka(error)
        }
    }

    private func run() throws(CatchUpError) -> [TopicPartition: Int64] {
        // What is empty counts as read, so that nothing is taken for lost later.
        for target in plan.empty { markUnsaved(CatchUpPartition(target, nil)) }
        handOver()
        try proceed()
        while !open.isEmpty, !queue.isClosed {
            try gather()
            if let problem { throw problem }
            handOver()
            try proceed()
        }
        return reached
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
                let partition = CatchUpPartition(target, order.progress[target.partition])
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
        var wait = Self.pollWait
        var room = Self.batchRecords
        var count = 0
        batch.states.reserveCapacity(Self.batchBytes * 5 / 4)
        repeat {
            count = consumer.poll(limit: Self.pollRecords, upTo: wait) { record in
                take(record)
            } signal: { signal in
                take(signal)
            }
            if count > 0 { lastProgress = MonotonicClock.now() }
            wait = .zero
            room -= count
        } while count > 0 && room > 0 && batch.bytes < Self.batchBytes && problem == nil
        let stalled = Duration.nanoseconds(Int64(MonotonicClock.now() - lastProgress))
        if stalled > CatchUp.stallLimit, let key = open.keys.min() {
            throw .stalled(key, others: open.count - 1)
        }
    }

    private func take(_ record: borrowing KafkaRecord) {
        guard let partition = find(record.topic, record.partition) else { return }
        let offset = record.offset
        guard offset < partition.target.end else { return finish(partition, partition.target.end) }
        switch partition.reading.meet(
            offset: offset, hash: Self.hash(of: record), timestamp: record.timestamp)
        {
        case .pass, .passUpTo: return
        case .stop(let reason): problem = .stopped(partition.target.partition, reason)
        case .apply:
            prepare(record, partition)
            if offset + 1 == partition.target.end { finish(partition, partition.target.end) }
        }
    }

    /// Makes of a record what can be applied.
    private func prepare(_ record: borrowing KafkaRecord, _ partition: CatchUpPartition) {
        let offset = record.offset
        let read = record.withContent { (key, value) in
            reader.read(key: key, value: value, topic: partition.target.suffix)
        }
        let (content, eventID, hash): (CatchUpBatch.Content, EventID?, BodyHash?) =
            switch read {
            case .event(let event): (content(of: event), event.eventID, event.bodyHash)
            case .deadLetter(let reason, let detail, let eventID):
                (
                    .deadLetter(reason, detail, key: record.key, value: record.value), eventID,
                    Self.hash(of: record)
                )
            }
        partition.reading.applied(
            LastRecord(offset: offset, eventID: eventID, hash: hash, timestamp: record.timestamp))
        partition.read.records += 1
        partition.read.bytes += record.valueCount
        batch.bytes += record.valueCount
        markUnsaved(partition)
        batch.records.append(
            CatchUpBatch.Record(
                offset: offset, partition: partition.place, content: content))
    }

    private func content(of event: ScannedEvent) -> CatchUpBatch.Content {
        if let cutoff = order.cutoff, event.occurredAt > cutoff { return .later }
        let start = batch.states.count
        reader.encodeState(event.entry, event.version, to: &batch.states)
        return .event(
            event.entry, id: event.key, event.version, further: reader.further(event.entry),
            state: start..<batch.states.count)
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
        partition.place = unsaved.count
        unsaved.append(partition)
    }

    /// Hands over what was read, once there is room for it.
    private func handOver() {
        for partition in unsaved {
            partition.isUnsaved = false
            batch.progress.append(partition.progress)
            batch.read.append((partition.target.partition.topic, partition.takeRead()))
        }
        unsaved.removeAll(keepingCapacity: true)
        guard !batch.progress.isEmpty else { return }
        var full = CatchUpBatch()
        swap(&full, &batch)
        _ = queue.put(.batch(full))
        // How long the applying thread took is no standstill of Kafka.
        lastProgress = MonotonicClock.now()
    }

    private func kafka(_ body: () throws(KafkaError) -> Void) throws(CatchUpError) {
        do {
            try body()
        } catch {
            throw .kafka(error)
        }
    }
}
