package import Events
package import Kafka
package import Store
internal import Synchronization
package import Telemetry
internal import Threads

/// Kafka -> projection -> store: reads every topic of the catalogue and keeps the state.
///
/// Partitions are assigned from the offsets that the store has; each batch is one transaction of
/// state, history, dead letters and next offsets. So a crash at any time loses and doubles nothing.
package final class ConsumeLoop: Part {
    /// What a run needs beside the store.
    struct Parts: Sendable {
        let catalogue: Catalogue
        let kafka: KafkaConfiguration
        let configuration: ConsumerConfiguration
        let log: Log
        let metrics: ConsumerMetrics
        let board: ConsumerBoard
        let observer: (@Sendable (AppliedEvent) -> Void)?
        /// How another generation becomes the live one; nil for a store without a folder.
        let swap: GenerationSwap?
    }

    /// Its thread's name.
    package let name = "consumer"

    /// How long the client may take to end.
    private static let closeLimit = Duration.seconds(2)

    let parts: Parts
    private let store: Mutex<StateStore?>
    let isStopping = Atomic(false)

    /// A loop over all topics of the catalogue.
    ///
    /// `observer` is told of each record after its transaction, on the loop's thread; `swap` makes
    /// another generation the live one where a command asks for it.
    package init(
        store: consuming sending StateStore, catalogue: Catalogue, kafka: KafkaConfiguration,
        configuration: ConsumerConfiguration, log: Log, metrics: Metrics,
        observer: (@Sendable (AppliedEvent) -> Void)? = nil, swap: GenerationSwap? = nil
    ) {
        let metrics = ConsumerMetrics(metrics)
        let log = log.with(component: "consumer")
        parts = Parts(
            catalogue: catalogue, kafka: kafka, configuration: configuration, log: log,
            metrics: metrics, board: ConsumerBoard(metrics, log: log), observer: observer,
            swap: swap)
        self.store = Mutex(store)
    }

    var log: Log { parts.log }

    /// Whether the state follows the topics, and if not, why.
    package var status: ConsumerStatus { parts.board.current }

    /// How fast it comes on, and where the partitions end.
    package var progress: ConsumerProgress { parts.board.progress }

    /// Reads until `stop`; once only.
    package func run() throws(ConsumerError) {
        defer { parts.board.end() }
        let store = store.withLock { $0.take() }
        guard let store else { preconditionFailure("the consumer runs once") }
        let consumer = try asked { () throws(KafkaError) in
            try KafkaConsumer(parts.kafka, group: parts.configuration.group, log: parts.log)
        }
        defer { consumer.close(upTo: Self.closeLimit) }
        var run = try stored { () throws(StoreError) in
            try store.refuseBrokenRequests()
            return try ConsumeRun(parts, store: store, consumer: consumer)
        }
        parts.swap?.removeUnfinished()
        while !isStopping.load(ordering: .relaxed) {
            try run.cycle()
            if let next = try carryOutRequest(run) {
                run = next
                // Now that nobody here has it open any more.
                parts.swap?.removeOld()
            }
        }
        try run.keepUp()
    }

    /// Ends after the batch that is being applied.
    package func stop() {
        isStopping.store(true, ordering: .relaxed)
    }
}
