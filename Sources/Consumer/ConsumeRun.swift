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

    let store: StateStore
    let consumer: KafkaConsumer
    let table: PartitionTable
    let board: ConsumerBoard
    let metrics: ConsumerMetrics
    let log: Log
    private let applier: RecordApplier
    private let configuration: ConsumerConfiguration
    private let observer: (@Sendable (AppliedEvent) -> Void)?
    /// What came beside records; looked at when no record of the same poll is waiting any more.
    private var signals: [ConsumerSignal] = []
    /// Partitions that are not what they were, for the same moment.
    private var changed: [(partition: TrackedPartition, reason: StopReason)] = []
    /// Partitions to read further ahead, for the same moment.
    private var skipping: [TrackedPartition] = []
    /// Partitions whose next offset the store does not have yet.
    private var unsaved: [TrackedPartition] = []
    /// Dead letters that are being looked at again, since a command asked for it.
    var retry: (request: StateRequest, work: DeadLetterRetry)?
    private var pauses = PauseWatch()
    private var tally = BatchTally()
    private var observed: [AppliedEvent] = []
    var schedule = ConsumerSchedule()

    init(_ parts: ConsumeLoop.Parts, store: StateStore, consumer: KafkaConsumer) throws(StoreError)
    {
        self.store = store
        self.consumer = consumer
        table = PartitionTable(
            parts.catalogue, prefix: parts.kafka.topicPrefix, stored: try store.progress(),
            metrics: parts.metrics)
        board = parts.board
        metrics = parts.metrics
        log = parts.log
        metrics.gaps.set(try store.gapCount())
        metrics.hold(try store.deadLetterCounts())
        applier = RecordApplier(store, catalogue: parts.catalogue)
        configuration = parts.configuration
        observer = parts.observer
    }

    /// One batch: what is there, or what comes within a moment, in one transaction.
    func cycle() throws(ConsumerError) {
        if schedule.isRefreshDue() { try refreshPartitions() }
        if pauses.lookCloser() { checkAfterPause() }
        try gather()
        try save()
        let arrived = signals
        signals.removeAll(keepingCapacity: true)
        for signal in arrived {
            // An end that stands behind records that a pause left out would skip them.
            if case .end = signal, pauses.hasPaused { continue }
            try react(to: signal)
        }
        // A signal of the same cycle may have met it already.
        for (partition, reason) in changed where partition.reading.stopReason == reason {
            try meet(reason, of: partition)
        }
        changed.removeAll()
        for partition in skipping { readOn(partition) }
        skipping.removeAll()
        if consumer.takePartitionChange() {
            schedule.refreshSoon()
            schedule.wantCheck()
        }
        if schedule.isCheckDue() { check(Array(table.partitions.values)) }
        if schedule.isUpkeepDue() { try keepUp() }
    }

    /// Reads until a batch is full, nothing more is there, or it has taken long enough.
    private func gather() throws(ConsumerError) {
        var room = configuration.batchRecords
        var wait = Self.pollWait
        let begin = MonotonicClock.now()
        while room > 0 {
            let count: Int
            do {
                count = try poll(room, wait)
            } catch {
                throw .store(error)
            }
            if count > 0 { schedule.hear() }
            room -= count
            if count == 0 || tally.bytes >= configuration.batchBytes { return }
            if MonotonicClock.now() - begin > Self.gatherNanoseconds { return }
            wait = .zero
        }
    }

    private func poll(_ limit: Int, _ wait: Duration) throws(StoreError) -> Int {
        try consumer.poll(limit: limit, upTo: wait) { record throws(StoreError) in
            try take(record)
        } signal: { signal throws(StoreError) in
            signals.append(signal)
        }
    }

    private func take(_ record: borrowing KafkaRecord) throws(StoreError) {
        guard let partition = table.find(record.topic, record.partition) else { return }
        let offset = record.offset
        switch partition.reading.meet(
            offset: offset, hash: Self.hash(of: record), timestamp: record.timestamp)
        {
        case .pass: return
        case .passUpTo: skipping.append(partition)
        case .stop(let reason): changed.append((partition, reason))
        case .apply:
            // After a pause it may come from another topic of the same name: it is read again, once
            // the partition has been checked.
            if pauses.look() { return }
            if !store.isInTransaction {
                tally.begin()
                try store.begin()
            }
            try apply(record, partition)
        }
    }

    private func checkAfterPause() {
        log.info("the process stood still: checking every partition")
        recheckAll()
        pauses.forget()
    }

    private static func hash(of record: borrowing KafkaRecord) -> BodyHash? {
        record.withValue { BodyHash(hashing: $0) }
    }

    private func apply(
        _ record: borrowing KafkaRecord, _ partition: TrackedPartition
    ) throws(StoreError) {
        let position = RecordPosition(
            topic: partition.key.topic, partition: partition.key.partition, offset: record.offset)
        let (effect, last) = try record.withContent { (key, value) throws(StoreError) in
            try applier.apply(
                key: key, value: value, topic: partition.topic, at: position,
                timestamp: record.timestamp, tellingFields: observer != nil)
        }
        let bytes = record.valueCount
        switch effect {
        case .applied(let event, let outcome, let won):
            tally.count(outcome)
            observe(event, outcome, nil, won, position, bytes)
        case .deadLetter(let reason, let detail):
            tally.count(reason, "\(position): \(detail)")
            observe(nil, nil, reason, [], position, bytes)
        }
        tally.bytes += bytes
        partition.reading.applied(last)
        markUnsaved(partition)
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

    /// Leaves out a partition that is no more.
    func forget(_ partition: TrackedPartition) {
        unsaved.removeAll { $0 === partition }
    }

    func markUnsaved(_ partition: TrackedPartition) {
        partition.isUncommitted = true
        guard !partition.isUnsaved else { return }
        partition.isUnsaved = true
        unsaved.append(partition)
    }

    /// Ends the transaction: state, history, dead letters and next offsets together.
    private func save() throws(ConsumerError) {
        guard store.isInTransaction else { return }
        do {
            try store.expect(backlog: tally.records >= configuration.batchRecords / 4)
            for partition in unsaved { try store.advance(partition.progress) }
            try store.commit()
        } catch {
            throw .store(error)
        }
        for partition in unsaved { partition.isUnsaved = false }
        let saved = unsaved
        unsaved.removeAll(keepingCapacity: true)
        if tally.records > 0 { board.count(tally.records) }
        tally.report(to: metrics, log)
        for partition in saved { showLag(partition) }
        board.hear()
        guard let observer else { return }
        for event in observed { observer(event) }
        observed.removeAll(keepingCapacity: true)
    }

    /// Saves offsets that moved without a record: the ends of transactions.
    func saveOffsets() throws(ConsumerError) {
        guard !unsaved.isEmpty else { return }
        do {
            try store.begin()
        } catch {
            throw .store(error)
        }
        try save()
    }

    func showLag(_ partition: TrackedPartition) {
        guard let end = consumer.knownEnd(of: partition.key) else { return }
        partition.lag.set(max(0, end - partition.reading.next))
        board.see(end, of: partition.key)
    }
}
