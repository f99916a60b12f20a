internal import Journal
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
    /// In `exactly-once`: whose the position in Kafka is; the producing thread asks and changes it.
    let owner = Monitor(PositionOwner())
    private let greeting: Greeting
    /// What the journal was told last; one thread at a time takes a position and tells it.
    private let recorded: Monitor<PublishPosition>

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
            self.metrics.isPublishing, lanes: self.metrics.lanes, servers: kafka.bootstrapServers,
            log: self.log)
        greeting = Greeting(
            kafka, router.topics, maxMessageBytes: Self.maxMessageBytes(bodyLimit: bodyLimit),
            log: self.log)
        let position = journal.published()
        recorded = Monitor(position)
        progress = Monitor(
            PublishProgress(
                after: position.lowest, configuration: configuration, router: router))
    }

    /// The largest record that the topics must take: a body and its headers and frame.
    package static func maxMessageBytes(bodyLimit: Int) -> Int { bodyLimit + (64 << 10) }

    /// Whether records go to Kafka, and if not, why.
    package var status: PublisherStatus { board.current }

    /// The topics that cannot be written, and why; their records wait in the journal.
    package var unwritableTopics: [String: String] { board.held }

    /// Publishes until `stop()`; throws where the journal cannot be read, a client not be made, or
    /// `exactly-once` not be kept.
    package func run() throws {
        defer { board.set(.stopped) }
        try resume(journal.published())
        var pause = Backoff(from: .milliseconds(100), to: .seconds(10))
        while !progress.withLock({ $0.isStopping }) {
            let before = progress.withLock { $0.position }
            try PublishSession(self).run()
            let (failure, after, journalFailure) = progress.withLock {
                ($0.failure, $0.position, $0.journalFailure)
            }
            if let journalFailure { throw journalFailure }
            if after != before { pause.reset() }
            guard let failure else { continue }
            if failure.error.isFenced { owner.withLock { $0.noteFence() } }
            restart(after: failure)
            // What is known of a record's fault is progress, whatever the checkpoint says.
            if failure.kind != .record { waitUnlessOver(pause.next()) }
        }
    }

    /// Asks `run` to end; it does within seconds, whatever Kafka does.
    package func stop() {
        progress.update { $0.isStopping = true }
    }

    /// Takes up a position; where topics are behind, it must be clear which records are theirs.
    func resume(_ position: PublishPosition) throws {
        let isKnown = position.lanes.isEmpty || position.routes == router.digest
        guard isKnown || configuration.delivery == .idempotent else {
            throw PublisherError.routesChanged(topics: position.lanes.map(\.topic))
        }
        if !isKnown {
            log.warning(
                "types go to other topics since some were behind: all is published again from there",
                ["after": LogValue(position.lowest)])
        }
        let taken = isKnown ? position : PublishPosition(through: position.lowest)
        progress.update { $0.resume(taken) }
        for lane in taken.lanes { board.hold(lane.topic, "it was so when the publisher ended") }
    }

    /// Tells the journal how far it is published, where that has changed.
    func recordPosition() {
        do {
            try recorded.withLock { recorded in
                let position = progress.withLock { $0.position }
                guard position != recorded else { return }
                try journal.record(position)
                recorded = position
            }
        } catch {
            progress.update { $0.journalFailure = error }
        }
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
    func note(_ error: KafkaError) {
        // That nobody answers says less than why.
        let isVague = [.transport, .timedOut, .allBrokersDown].contains(error.code)
        if isVague, case .waitingForKafka = board.current { return }
        board.set(.waitingForKafka(error.description))
    }

    private func restart(after failure: PublishProgress.Failure) {
        let (count, unwritable) = progress.update { $0.restart(now: MonotonicClock.now()) }
        metrics.resent.add(count)
        for (topic, error) in unwritable {
            board.hold(router.topics[topic], error.description)
        }
        switch failure.kind {
        case .topic: break
        case .record:
            log.warning(
                "Kafka refuses a batch; its records are sent one by one",
                ["why": .string(failure.error.description)])
        case .other: board.set(.recovering(failure.error.description))
        }
    }
}

extension PublishProgress {
    /// Progress of a publisher with these settings, and with nothing on its way.
    init(after checkpoint: UInt64, configuration: PublisherConfiguration, router: RecordRouter) {
        self.init(
            DeliveryWindow(
                after: checkpoint, recordLimit: configuration.windowRecords,
                byteLimit: configuration.windowBytes),
            lanes: PublishLanes(
                names: router.topics, routes: router.digest,
                recordLimit: max(1, configuration.windowRecords / 4),
                byteLimit: max(1, configuration.windowBytes / 4)),
            isTransactional: configuration.delivery == .exactlyOnce,
            stallLimit: .milliseconds(configuration.stallMilliseconds))
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
