internal import Events
internal import Kafka
internal import Projection
internal import Store
internal import Telemetry
internal import Threads

/// What one run of the loop works with, all on its thread: Kafka's records into the store.
final class ConsumeRun {
    /// How long a transaction gathers records while more are there.
    private static let gatherNanoseconds: UInt64 = 100_000_000
    /// How long to wait for the first record; a stop is seen after this time.
    private static let pollWait = Duration.milliseconds(100)
    /// How long one question to a broker may take; a stop is seen after it.
    static let questionLimit = Duration.seconds(1)

    let store: StateStore
    let consumer: KafkaConsumer
    let follower: PartitionFollower<TrackedPartition>
    let table: PartitionTable
    let board: ConsumerBoard
    let metrics: ConsumerMetrics
    let log: Log
    private let applier: RecordApplier
    private let configuration: ConsumerConfiguration
    private let observer: (@Sendable (AppliedEvent) -> Void)?
    /// Dead letters that are being looked at again, since a command asked for it.
    var retry: (request: StateRequest, work: DeadLetterRetry)?
    /// Dead letters that are being set aside, since a command asked for it.
    var drop: (request: StateRequest, work: DeadLetterDrop)?
    /// Whether entities have still to be entered in the lists.
    var fillsLists = true
    private var tally = BatchTally()
    private var observed: [AppliedEvent] = []
    var schedule = ConsumerSchedule()

    init(_ parts: ConsumeLoop.Parts, store: StateStore, consumer: KafkaConsumer) throws(StoreError)
    {
        self.store = store
        self.consumer = consumer
        follower = PartitionFollower(consumer, questionLimit: Self.questionLimit)
        table = PartitionTable(
            parts.catalogue, prefix: parts.kafka.topicPrefix, stored: try store.progress(),
            follower: follower, metrics: parts.metrics)
        board = parts.board
        metrics = parts.metrics
        log = parts.log
        board.setAbandoned(table.abandoned)
        metrics.gaps.set(try store.gapCount())
        metrics.hold(try store.deadLetterCounts())
        metrics.dropped.set(try store.droppedCount())
        applier = RecordApplier(
            store, catalogue: parts.catalogue, prefix: parts.kafka.topicPrefix)
        configuration = parts.configuration
        observer = parts.observer
    }

    /// One batch: what is there, or what comes within a moment, in one transaction.
    func cycle() throws(ConsumerError) {
        if schedule.isRefreshDue() { try refreshPartitions() }
        try gather()
        try save()
        for event in follower.takeEvents() { try react(to: event) }
        if consumer.takePartitionChange() {
            schedule.refreshSoon()
            schedule.wantCheck()
        }
        if schedule.isCheckDue() { check(Array(table.partitions.values)) }
        if schedule.isUpkeepDue() {
            try keepUp()
            watchLog()
        }
        try stored { () throws(StoreError) in try fillLists() }
    }

    /// Reads until a batch is full, nothing more is there, or it has taken long enough.
    private func gather() throws(ConsumerError) {
        var room = configuration.batchRecords
        var wait = Self.pollWait
        let begin = MonotonicClock.now()
        while room > 0 {
            let count = try follower.poll(limit: room, upTo: wait) {
                (record, partition) throws(ConsumerError) in try apply(record, partition)
            }
            if count > 0 { schedule.hear() }
            room -= count
            if count == 0 || tally.bytes >= configuration.batchBytes { return }
            if MonotonicClock.now() - begin > Self.gatherNanoseconds { return }
            wait = .zero
        }
    }

    private func apply(
        _ record: borrowing KafkaRecord, _ partition: TrackedPartition
    ) throws(ConsumerError) -> LastRecord {
        if !store.isInTransaction {
            tally.begin()
            try stored { () throws(StoreError) in try store.begin() }
        }
        let position = RecordPosition(
            topic: partition.key.topic, partition: partition.key.partition, offset: record.offset)
        let (effect, last) = try record.withContent { (key, value) throws(ConsumerError) in
            try applier.apply(
                key: key, value: value, at: position, timestamp: record.timestamp,
                tellingFields: observer != nil)
        }
        let bytes = record.valueCount
        switch effect {
        case .applied(let event, let outcome, let won):
            tally.count(outcome)
            observe(event, outcome, nil, won, position, bytes)
        case .deadLetter(let reason, let detail):
            tally.count(reason, "\(position): \(detail)")
            observe(nil, nil, reason, [], position, bytes)
        case .dropped: tally.countDropped()
        }
        tally.bytes += bytes
        return last
    }

    private func observe(
        _ event: ScannedEvent?, _ outcome: Outcome?, _ deadLetter: DeadLetterReason?,
        _ fields: [String], _ position: RecordPosition, _ bytes: Int
    ) {
        guard observer != nil else { return }
        observed.append(
            AppliedEvent(
                type: event?.type, eventID: event?.eventIDText, entity: event?.entry.entity,
                id: event?.key, outcome: outcome, deadLetter: deadLetter, fields: fields,
                position: position, bytes: bytes))
    }

    /// Whether it goes on where records are missing.
    var goesOn: Bool { configuration.onGap == .continue }

    /// Ends the transaction: state, history, dead letters and next offsets together.
    private func save() throws(ConsumerError) {
        guard store.isInTransaction else { return }
        let moved = follower.takeMoved()
        try stored { () throws(StoreError) in
            try store.expect(backlog: tally.records >= configuration.batchRecords / 4)
            for partition in moved { try store.advance(partition.progress) }
            try store.commit()
        }
        if tally.records > 0 { board.count(tally.records) }
        tally.report(to: metrics, log)
        tellLargeEntities()
        for partition in moved {
            partition.isUncommitted = true
            showLag(partition)
        }
        board.hear()
        guard let observer else { return }
        for event in observed { observer(event) }
        observed.removeAll(keepingCapacity: true)
    }

    /// Saves offsets that moved without a record: the ends of transactions.
    func saveOffsets() throws(ConsumerError) {
        guard follower.hasMoved else { return }
        try stored { () throws(StoreError) in try store.begin() }
        try save()
    }

    func showLag(_ partition: TrackedPartition) {
        guard let end = consumer.knownEnd(of: partition.key) else { return }
        partition.lag.set(max(0, end - partition.reading.next))
        board.see(end, of: partition.key)
    }
}
