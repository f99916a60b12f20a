package import Kafka
package import Telemetry
internal import Threads

/// Journal -> Kafka: in the journal's order, never giving up, the checkpoint behind.
///
/// Two threads: `run` reads and produces, another waits for delivery reports. When a client
/// becomes unusable, its reports are served until all are in, and a new one sends what is not
/// acknowledged, in the journal's order. Nothing here is lost by ending at any moment: the
/// journal has it, and the checkpoint is behind what Kafka acknowledged.
package final class PublishLoop: Part {
    /// Its name in the log, and its thread's name.
    package let name = "publisher"
    /// How long its end may take: Kafka may be frozen, and is given up in steps.
    package let stopLimit = Duration.seconds(5)

    let journal: JournalTail
    let kafka: KafkaConfiguration
    let configuration: PublisherConfiguration
    let router: RecordRouter
    let metrics: PublisherMetrics
    let log: Log
    let board: StatusBoard
    let progress: Monitor<PublishProgress>
    let hooks: PublisherHooks
    let bodyLimit: Int
    private let greeting: Greeting

    /// A publisher of this journal; connecting begins with `run`.
    ///
    /// `bodyLimit` is the largest body that the journal can hold.
    package init(
        journal: JournalTail, kafka: KafkaConfiguration, configuration: PublisherConfiguration,
        router: RecordRouter, bodyLimit: Int, hooks: PublisherHooks = PublisherHooks(),
        metrics: Metrics, log: Log
    ) {
        self.journal = journal
        self.kafka = kafka
        self.configuration = configuration
        self.router = router
        self.bodyLimit = bodyLimit
        self.hooks = hooks
        self.metrics = PublisherMetrics(metrics)
        self.log = log.with(component: "publisher")
        board = StatusBoard(
            self.metrics.isPublishing, servers: kafka.bootstrapServers, log: self.log)
        greeting = Greeting(
            kafka, router.topics, maxMessageBytes: Self.maxMessageBytes(bodyLimit: bodyLimit),
            log: self.log)
        progress = Monitor(
            PublishProgress(
                DeliveryWindow(
                    after: journal.published(), recordLimit: configuration.windowRecords,
                    byteLimit: configuration.windowBytes)))
    }

    /// The largest record that the topics must take: a body and its headers and frame.
    package static func maxMessageBytes(bodyLimit: Int) -> Int { bodyLimit + (64 << 10) }

    /// Whether records go to Kafka, and if not, why.
    package var status: PublisherStatus { board.current }

    /// Publishes until `stop()`; throws only where the journal cannot be read, or a client not
    /// be made.
    package func run() throws {
        defer { board.set(.stopped) }
        var pause = Backoff(from: .milliseconds(100), to: .seconds(10))
        while !progress.withLock({ $0.isStopping }) {
            let before = progress.withLock { $0.window.checkpoint }
            try PublishSession(self).run()
            if let error = progress.withLock({ $0.journalFailure }) { throw error }
            let (failure, after) = progress.withLock { ($0.failure, $0.window.checkpoint) }
            guard let failure else { continue }
            if after > before { pause.reset() }
            report(failure)
            let resent = progress.withLock { $0.restart() }
            metrics.resent.add(resent)
            // What is known of a record's fault is progress, whatever the checkpoint says.
            if failure.kind != .record { waitUnlessOver(pause.next()) }
        }
    }

    /// Asks `run` to end; it does within seconds, whatever Kafka does.
    package func stop() {
        progress.update { $0.isStopping = true }
    }

    /// Waits this long, or until the present client is to be used no more.
    func waitUnlessOver(_ time: Duration) {
        _ = progress.wait(upTo: time) { $0.isOver ? true : nil }
    }

    /// Says what is not as it should be, when Kafka has answered for the first time.
    func greet(_ cluster: ClusterMetadata) {
        greeting.say(cluster)
    }

    /// Notes an error that the present client may get over by itself.
    func note(_ error: KafkaError, topic: String?) {
        if FailureClass(error.code) == .topic, let topic {
            board.set(.topicBlocked(topic: topic, error.description))
        } else if board.current.isWaitable {
            // That nobody answers says less than why.
            let isVague = [.transport, .timedOut, .allBrokersDown].contains(error.code)
            if isVague, case .waitingForKafka = board.current { return }
            board.set(.waitingForKafka(error.description))
        }
    }

    private func report(_ failure: PublishProgress.Failure) {
        let why = failure.error.description
        switch (failure.kind, failure.topic) {
        case (.topic, let topic?):
            board.set(.topicBlocked(topic: router.topics[topic], why))
        case (.record, _):
            log.warning(
                "Kafka refuses a batch; its records are sent one by one", ["why": .string(why)])
        default:
            if case .topicBlocked = board.current { return }
            board.set(.recovering(why))
        }
    }
}

/// Waits that grow by half, from the first to the last.
struct Backoff {
    private let first: Duration
    private let last: Duration
    private var present: Duration

    init(from first: Duration, to last: Duration) {
        (self.first, self.last, present) = (first, last, first)
    }

    mutating func next() -> Duration {
        defer { present = min(present + present / 2, last) }
        return present
    }

    mutating func reset() {
        present = first
    }
}
