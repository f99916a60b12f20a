package import Events
package import Kafka
package import Store
package import Telemetry
internal import Threads

/// Reads partitions from where a store is up to given ends, and applies what is there.
///
/// A thread of its own reads and checks the records (`CatchUpReader`), the caller's applies them.
package final class CatchUp {
    /// What it does while it reads.
    package struct Hooks {
        /// Throws if it is to give up.
        package var check: () throws(ConsumerError) -> Void = {}
        /// Told after each batch.
        package var progress: (CatchUpProgress) -> Void = { _ in }

        /// Nothing.
        package init() {}
    }

    /// Records after which a transaction ends, also where more are there.
    private static let transactionRecords = 4000
    /// How long to wait for a batch before looking whether to stop.
    private static let wait = Duration.milliseconds(100)
    private static let closeLimit = Duration.seconds(2)
    /// How long one question to a broker may take.
    private static let questionLimit = Duration.seconds(10)
    /// How long it may stand still.
    package static let stallLimit = Duration.seconds(60)

    private let store: StateStore
    private let hooks: Hooks
    private let order: CatchUpReader.Order
    private let queue = CatchUpQueue()
    private var result = CatchUpProgress()
    private var uncommitted = 0

    /// Prepares to read into `store`; events that occurred after `cutoff` are passed over.
    package init(
        _ store: StateStore, to targets: [CatchUpTarget], catalogue: Catalogue,
        kafka: KafkaConfiguration, upTo cutoff: Timestamp? = nil, hooks: Hooks = Hooks(), log: Log
    ) throws(ConsumerError) {
        self.store = store
        self.hooks = hooks
        let progress = try stored { () throws(StoreError) in try store.progress() }
        order = CatchUpReader.Order(
            targets: targets,
            progress: Dictionary(
                uniqueKeysWithValues: progress.map {
                    (TopicPartition($0.topic, $0.partition), $0)
                }), catalogue: catalogue, kafka: kafka, cutoff: cutoff, log: log)
    }

    /// Reads to the ends; once only.
    package func run() throws(ConsumerError) -> CatchUpProgress {
        let (order, queue) = (order, queue)
        let reader = Worker("catch-up") { CatchUpReader.run(order, to: queue) }
        defer {
            queue.close()
            reader.join()
        }
        while true {
            try hooks.check()
            switch queue.take(upTo: Self.wait) {
            case nil: hooks.progress(result)
            case .failure(let error): throw error
            case .end(let reached):
                try stored { () throws(StoreError) in try commit() }
                try checkEnds(reached)
                return result
            case .batch(let batch):
                try stored { () throws(StoreError) in try apply(batch) }
                hooks.progress(result)
            }
        }
    }

    private func apply(_ batch: CatchUpBatch) throws(StoreError) {
        if !store.isInTransaction { try store.begin() }
        for record in batch.records { try apply(record, batch) }
        for gap in batch.gaps { try store.note(gap) }
        for progress in batch.progress { try store.advance(progress) }
        for (topic, read) in batch.read { result.add(topic, read) }
        uncommitted += batch.records.count
        if uncommitted >= Self.transactionRecords || !queue.hasMore { try commit() }
    }

    private func apply(
        _ record: CatchUpBatch.Record, _ batch: CatchUpBatch
    ) throws(StoreError) {
        let partition = batch.partitions[record.partition]
        let position = RecordPosition(
            topic: partition.topic, partition: partition.partition, offset: record.offset)
        switch record.content {
        case .event(let entry, let id, let version, let further, let state):
            let event = StoredEvent(
                entry: entry, id: id, version: version, position: position, further: further)
            result.count(try store.apply(event, batch.states.span.extracting(state)))
        case .deadLetter(let letter):
            if try store.keep(letter) { result.countDeadLetter() }
        case .later: result.countLater()
        }
    }

    private func commit() throws(StoreError) {
        guard store.isInTransaction else { return }
        try store.commit()
        uncommitted = 0
    }

    /// Whether everything is there that was asked for.
    private func checkEnds(_ reached: [TopicPartition: Int64]) throws(ConsumerError) {
        for target in order.targets where target.isExact {
            let next = reached[target.partition] ?? order.progress[target.partition]?.next ?? 0
            guard next >= target.end else {
                throw try missing(target.partition, next: next, end: target.end)
            }
        }
    }

    /// Why a partition ends too early: committed records are gone, or an open transaction hides
    /// them.
    private func missing(
        _ partition: TopicPartition, next: Int64, end: Int64
    ) throws(ConsumerError) -> ConsumerError {
        let client = try asked { () throws(KafkaError) in
            try KafkaConsumer(order.kafka, readsUncommitted: true, log: order.log)
        }
        defer { client.close(upTo: Self.closeLimit) }
        do {
            let whole = try client.watermarks(of: partition, upTo: Self.questionLimit)
            return whole.high >= end
                ? .hidden(partition, next: next, end: end)
                : .short(partition, next: next, end: end)
        } catch {
            guard error.saysThatPartitionIsGone else { throw .partition(partition, error) }
            return .short(partition, next: next, end: end)
        }
    }
}
