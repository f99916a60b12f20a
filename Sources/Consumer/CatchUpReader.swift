internal import Events
internal import JSON
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
    /// How long one question to a broker may take.
    private static let questionLimit = Duration.seconds(10)

    private let order: Order
    private let queue: CatchUpQueue
    private let consumer: KafkaConsumer
    private let follower: PartitionFollower<CatchUpPartition>
    private let reader: RecordReader
    private var plan: CatchUpPlan
    private var batch = CatchUpBatch()
    /// The partitions of the batch's records.
    private var placed: [CatchUpPartition] = []
    private var done: [TopicPartition] = []
    private var lastProgress = MonotonicClock.now()
    /// The next offsets of the partitions that are done.
    private var reached: [TopicPartition: Int64] = [:]

    /// Reads as ordered until all is read, it fails, or the queue is closed; for a thread's body.
    static func run(_ order: Order, to queue: CatchUpQueue) {
        do throws(ConsumerError) {
            let reader = try CatchUpReader(order, queue)
            defer { reader.consumer.close(upTo: closeLimit) }
            _ = queue.put(.end(try reader.run()))
        } catch {
            _ = queue.put(.failure(error))
        }
    }

    private init(_ order: Order, _ queue: CatchUpQueue) throws(ConsumerError) {
        self.order = order
        self.queue = queue
        reader = RecordReader(catalogue: order.catalogue, prefix: order.kafka.topicPrefix)
        consumer = try asked { () throws(KafkaError) in
            try KafkaConsumer(order.kafka, log: order.log)
        }
        plan = CatchUpPlan(
            try Self.existing(order.targets, consumer), at: order.progress.mapValues(\.next))
        follower = PartitionFollower(consumer, questionLimit: Self.questionLimit)
    }

    private func run() throws(ConsumerError) -> [TopicPartition: Int64] {
        // What is empty counts as read, so that nothing is taken for lost later.
        for target in plan.empty { batch.progress.append(begin(target).progress) }
        handOver()
        try proceed()
        while !follower.partitions.isEmpty, !queue.isClosed {
            try gather()
            handOver()
            try proceed()
        }
        return reached
    }

    /// Lets the next partitions join what is being read, where little of it is left.
    private func proceed() throws(ConsumerError) {
        let finished = done
        done.removeAll()
        for key in finished { follower.remove(key) }
        try asked { () throws(KafkaError) in try follower.stopReading(finished) }
        var left = follower.partitions.values.reduce(0) { $0 + $1.left }
        var joining: [CatchUpPartition] = []
        while left < Self.lookahead, let group = plan.next() {
            for target in group {
                let partition = begin(target)
                joining.append(partition)
                follower.add(partition)
                left += partition.left
            }
        }
        let partitions = joining
        try asked { () throws(KafkaError) in try follower.read(partitions) }
    }

    /// A partition where the store is, or at its own beginning; what it has lost before that is
    /// handed over with what moves it on.
    private func begin(_ target: CatchUpTarget) -> CatchUpPartition {
        let (key, progress) = (target.partition, order.progress[target.partition])
        if progress == nil, let start = target.start, start > 0 {
            batch.gaps.append(.before(start, topic: key.topic, partition: key.partition))
        }
        return CatchUpPartition(target, progress)
    }

    /// Reads until a batch is full or nothing more is there.
    private func gather() throws(ConsumerError) {
        var wait = Self.pollWait
        var room = Self.batchRecords
        var count = 0
        batch.states.reserveCapacity(Self.batchBytes * 5 / 4)
        repeat {
            count = try follower.poll(limit: Self.pollRecords, upTo: wait) {
                (record, partition) throws(ConsumerError) in try prepare(record, partition)
            }
            for event in follower.takeEvents() { try react(to: event) }
            if count > 0 { lastProgress = MonotonicClock.now() }
            wait = .zero
            room -= count
        } while count > 0 && room > 0 && batch.bytes < Self.batchBytes
        let stalled = Duration.nanoseconds(Int64(MonotonicClock.now() - lastProgress))
        if stalled > CatchUp.stallLimit, let key = follower.partitions.keys.min() {
            throw .stalled(key, others: follower.partitions.count - 1)
        }
    }

    private func react(to event: FollowerEvent<CatchUpPartition>) throws(ConsumerError) {
        switch event {
        case .end(let partition): finish(partition)
        case .stopped(let partition, let reason): throw .stopped(partition.key, reason)
        case .trouble(let key, let error): throw .partition(key, error)
        case .client(let error): if error.fatal { throw .kafka(error) }
        case .trimmed, .pause: return
        }
    }

    /// Those of the targets that there are: nothing comes of the others, and no error either.
    ///
    /// Whether what is there is enough is decided where the ends are compared.
    private static func existing(
        _ targets: [CatchUpTarget], _ consumer: KafkaConsumer
    ) throws(ConsumerError) -> [CatchUpTarget] {
        var counts: [String: Int] = [:]
        for topic in Set(targets.map(\.partition.topic)) {
            do {
                counts[topic] = try consumer.metadata(of: topic, upTo: questionLimit).partitions
            } catch {
                guard error.saysThatTopicIsGone else { throw .topic(topic, error) }
            }
        }
        return targets.filter { $0.partition.partition < counts[$0.partition.topic] ?? 0 }
    }

    /// Makes of a record what can be applied.
    private func prepare(
        _ record: borrowing KafkaRecord, _ partition: CatchUpPartition
    ) throws(ConsumerError) -> LastRecord {
        let offset = record.offset
        let position = RecordPosition(
            topic: partition.key.topic, partition: partition.key.partition, offset: offset)
        let read = try readable(position) { () throws(JSONError) in
            try record.withContent { (key, value) throws(JSONError) in
                try reader.read(
                    key: key, value: value, topic: position.topic, timestamp: record.timestamp)
            }
        }
        let (content, eventID, hash): (CatchUpBatch.Content, EventID?, BodyHash?)
        switch read {
        case .event(let event):
            content = try self.content(of: event, at: position)
            (eventID, hash) = (event.eventID, event.bodyHash)
        case .deadLetter(let reason, let detail, let id):
            let letter = letter(of: record, reason, detail, at: position)
            content = .deadLetter(letter)
            (eventID, hash) = (id, letter.hash)
        }
        partition.count(bytes: record.valueCount)
        batch.bytes += record.valueCount
        batch.records.append(
            CatchUpBatch.Record(offset: offset, partition: place(of: partition), content: content))
        return LastRecord(
            offset: offset, eventID: eventID, hash: hash, timestamp: record.timestamp)
    }

    private func letter(
        of record: borrowing KafkaRecord, _ reason: DeadLetterReason, _ detail: String,
        at position: RecordPosition
    ) -> DeadLetter {
        let timestamp = record.timestamp
        return record.withContent { key, value in
            DeadLetter(
                reason, detail, at: position, key: key, value: value, timestamp: timestamp,
                time: .now())
        }
    }

    private func place(of partition: CatchUpPartition) -> Int {
        if let place = partition.place { return place }
        partition.place = placed.count
        batch.partitions.append(partition.key)
        placed.append(partition)
        return placed.count - 1
    }

    private func content(
        of event: ScannedEvent, at position: RecordPosition
    ) throws(ConsumerError) -> CatchUpBatch.Content {
        if let cutoff = order.cutoff, event.occurredAt > cutoff { return .later }
        let start = batch.states.count
        try readable(position) { () throws(JSONError) in
            try reader.encodeState(event.entry, event.version, to: &batch.states)
        }
        return .event(
            event.entry, id: event.key, event.version, further: reader.further(event.entry),
            state: start..<batch.states.count)
    }

    /// The partition leaves with the next `proceed`, once what was read of it is handed over.
    private func finish(_ partition: CatchUpPartition) {
        guard reached.updateValue(partition.reading.next, forKey: partition.key) == nil else {
            return
        }
        done.append(partition.key)
    }

    /// Hands over what was read, once there is room for it.
    private func handOver() {
        for partition in follower.takeMoved() {
            batch.progress.append(partition.progress)
            batch.read.append((partition.key.topic, partition.takeRead()))
        }
        for partition in placed { partition.place = nil }
        placed.removeAll(keepingCapacity: true)
        guard !batch.progress.isEmpty else { return }
        var full = CatchUpBatch()
        swap(&full, &batch)
        _ = queue.put(.batch(full))
        // How long the applying thread took is no standstill of Kafka.
        lastProgress = MonotonicClock.now()
    }
}
