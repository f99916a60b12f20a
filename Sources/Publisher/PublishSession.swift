internal import Journal
internal import Kafka
internal import Synchronization
internal import Telemetry
internal import Threads

/// One Kafka client's life: made, filled from the journal, given up with all its reports in.
///
/// Lives on the producing thread; only `serveReports` runs on the other.
final class PublishSession {
    private let loop: PublishLoop
    private let producer: KafkaProducer
    private var router: RecordRouter
    private var topics: [KafkaTopic?]
    private var headers = RecordHeaders()
    /// The records that go to the quarantine; changes with a client, or here.
    private var refused: Set<UInt64>

    /// How long a wait goes before it is looked whether something is wrong.
    static let tick = Duration.milliseconds(100)
    /// How long one question to Kafka may take: ending waits for it.
    private static let questionLimit = Duration.seconds(1)
    /// How long reports are awaited when a client is given up, and when the publisher ends.
    private static let reportsLimit = Duration.seconds(5)
    private static let lastReportsLimit = Duration.milliseconds(500)
    private static let closeLimit = Duration.seconds(2)
    /// How long a wait goes on before `dev` is asked again, or the full queue tried again.
    private static let briefly = Duration.milliseconds(5)
    /// After so long without an acknowledgement the topic is asked for.
    private static let silenceLimit = Duration.seconds(10)

    init(_ loop: PublishLoop) throws(KafkaError) {
        self.loop = loop
        router = loop.router
        topics = Array(repeating: nil, count: loop.router.topics.count)
        refused = loop.progress.withLock { $0.refused }
        let settings = ProducerSettings(loop.configuration, bodyLimit: loop.bodyLimit)
        producer = try KafkaProducer(
            loop.kafka, defaults: settings.defaults, pinned: settings.pinned, log: loop.log)
        loop.metrics.clients.add()
        loop.hooks.clientMade?(producer)
    }

    private var isOver: Bool { loop.progress.withLock { $0.isOver } }

    func run() throws {
        let reports = PublishReports(loop, producer)
        let reporter = Worker("publish-reports") { reports.serve() }
        defer { giveUp(reports, reporter) }
        guard meetKafka() else { return }
        try sendAll(reports)
    }

    /// Waits until Kafka answers, and learns which topics there are.
    private func meetKafka() -> Bool {
        while !isOver {
            do {
                try noteTopics(try producer.cluster(upTo: Self.questionLimit))
                loop.board.hear(isUnblocked: loop.progress.withLock { $0.blocked == nil })
                return true
            } catch {
                loop.note(error, topic: nil)
                loop.waitUnlessOver(Self.tick)
            }
        }
        return false
    }

    private func noteTopics(_ cluster: ClusterMetadata) throws(KafkaError) {
        for (number, name) in router.topics.enumerated() where cluster.topics[name] != nil {
            topics[number] = try producer.topic(name)
        }
        loop.greet(cluster)
    }

    private func sendAll(_ reports: PublishReports) throws {
        var last = loop.progress.withLock { $0.window.checkpoint }
        let next = try loop.journal.read(last)
        while true {
            if let record = try next() {
                precondition(record.sequence == last + 1, "the journal has no gaps")
                last = record.sequence
                guard offer(record, reports) else { return }
            } else {
                guard !isOver else { return }
                loop.journal.wait(last, Self.tick)
                watch(reports)
            }
        }
    }

    /// Hands a record over, however long that takes; false when the client is given up.
    private func offer(_ record: JournalRecord, _ reports: PublishReports) -> Bool {
        while true {
            let destination = router.destination(
                of: record.entry, isRefused: refused.contains(record.sequence))
            guard let topic = topic(destination.topic) else { return false }
            if let mayPublish = loop.hooks.mayPublish {
                guard mayPublish(topic.name, record.body.count) else {
                    loop.waitUnlessOver(Self.briefly)
                    if isOver { return false }
                    continue
                }
            }
            let entry = DeliveryWindow.Entry(
                bytes: record.body.count, topic: destination.topic,
                receivedAt: record.entry.receivedAt)
            switch loop.progress.withLock({ $0.step(record.sequence, entry) }) {
            case .end: return false
            case .skip: return true
            case .wait: waitForRoom(record.sequence, reports)
            case .send: if produce(record, topic, destination) { return true }
            }
        }
    }

    /// Whether librdkafka has taken the record; if not, it is offered again.
    private func produce(
        _ record: JournalRecord, _ topic: KafkaTopic, _ destination: RecordRouter.Destination
    ) -> Bool {
        router.fill(&headers, of: record, to: destination)
        switch send(record, topic, router.key(of: record.entry, to: destination)) {
        case .queued: return true
        case .queueFull:
            loop.progress.withLock { $0.withdraw(record.sequence) }
            loop.waitUnlessOver(Self.briefly)
        case .refused(let error):
            refused = loop.progress.update { progress in
                progress.refuse(record.sequence, error)
                return progress.refused
            }
        }
        return false
    }

    private func send(
        _ record: JournalRecord, _ topic: KafkaTopic, _ key: String?
    ) -> ProduceAnswer {
        guard let key else {
            return producer.produce(
                to: topic, key: nil, value: record.body.span, headers: headers,
                identity: record.sequence)
        }
        return producer.produce(
            to: topic, key: key.utf8Span.span, value: record.body.span, headers: headers,
            identity: record.sequence)
    }

    /// The topic's handle, asked for until it is there; nil when the client is given up.
    private func topic(_ number: Int) -> KafkaTopic? {
        if let topic = topics[number] { return topic }
        var pause = Backoff(from: Self.tick, to: .seconds(10))
        var isHeld = false
        while !isOver {
            do {
                let topic = try producer.topic(router.topics[number])
                _ = try producer.metadata(of: topic, upTo: Self.questionLimit)
                // That it is there does not say that it can be written: one that was blocked by
                // a failed record stays so until a record of it is acknowledged.
                if isHeld { loop.progress.withLock { $0.release(number) } }
                loop.board.hear(isUnblocked: loop.progress.withLock { $0.blocked == nil })
                topics[number] = topic
                return topic
            } catch {
                if FailureClass(error.code) == .topic {
                    isHeld = true
                    loop.progress.withLock { $0.hold(number) }
                }
                loop.note(error, topic: router.topics[number])
                loop.waitUnlessOver(pause.next())
            }
        }
        return nil
    }

    /// Waits until the record is worth offering again.
    private func waitForRoom(_ sequence: UInt64, _ reports: PublishReports) {
        let moved = loop.progress.wait(upTo: Self.tick) {
            $0.isWorthOffering(sequence) ? true : nil
        }
        if moved == nil { watch(reports) }
    }

    /// Where nothing has been acknowledged for long, asks whether the topic is still there: a
    /// deleted one gives no error of its own while records never time out.
    private func watch(_ reports: PublishReports) {
        if case .waitingForKafka = loop.board.current { listen() }
        guard reports.silence > Self.silenceLimit else { return }
        let oldest = loop.progress.withLock { progress -> Int? in
            progress.window.oldest.flatMap { progress.window.entry(of: $0)?.topic }
        }
        reports.restartSilence()
        guard let oldest, let topic = topics[oldest] else { return }
        do {
            _ = try producer.metadata(of: topic, upTo: Self.questionLimit)
        } catch {
            if FailureClass(error.code) == .topic {
                loop.progress.update { $0.block(oldest, error) }
            } else {
                loop.note(error, topic: topic.name)
            }
        }
    }

    /// Asks whether Kafka is back: while nothing is on its way, nothing else would tell.
    private func listen() {
        guard (try? producer.cluster(upTo: Self.questionLimit)) != nil else { return }
        loop.board.hear(isUnblocked: loop.progress.withLock { $0.blocked == nil })
    }

    /// Takes the reports that still come, then ends the client.
    private func giveUp(_ reports: PublishReports, _ reporter: Worker) {
        let isStopping = loop.progress.withLock { $0.isStopping }
        // What is already with a broker may be acknowledged yet, and then is not sent again; so
        // may what waits in a client that is not broken.
        if producer.fatalError != nil { producer.purge(inFlight: false) }
        if !isSettled(upTo: isStopping ? Self.lastReportsLimit : Self.reportsLimit) {
            producer.purge(inFlight: true)
            _ = isSettled(upTo: Self.lastReportsLimit)
        }
        reports.end()
        reporter.join()
        if !producer.close(upTo: Self.closeLimit) {
            loop.log.warning("a Kafka client is slow to end, and is left alone")
        }
    }

    private func isSettled(upTo limit: Duration) -> Bool {
        loop.progress.wait(upTo: limit) { $0.window.isEmpty ? true : nil } ?? false
    }
}
