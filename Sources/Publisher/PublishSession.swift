internal import Journal
internal import Kafka
internal import Telemetry
internal import Threads

/// One Kafka client's life: made, filled from the journal, given up with all its reports in.
///
/// Lives on the producing thread; only `PublishReports` runs on the other.
final class PublishSession {
    let loop: PublishLoop
    let producer: KafkaProducer
    let reports: PublishReports
    /// In `exactly-once`: what is sent is part of one.
    let transaction: PublishTransaction?
    private var router: RecordRouter
    private var topics: [KafkaTopic?]
    private var headers = RecordHeaders()
    /// The records that go to the quarantine; changes with a client, or here.
    private var refused: Set<UInt64>
    /// The reader of the lane that is catching up.
    var lane: RecordStream?

    /// How long a wait goes before it is looked whether something is wrong.
    static let tick = Duration.milliseconds(100)
    /// How long one question to Kafka may take: ending waits for it.
    static let questionLimit = Duration.seconds(1)
    /// How long reports are awaited when a client is given up, and when the publisher ends.
    private static let reportsLimit = Duration.seconds(5)
    private static let lastReportsLimit = Duration.milliseconds(500)
    private static let closeLimit = Duration.seconds(2)
    /// How long a wait goes on before `dev` is asked again, or the full queue tried again.
    private static let briefly = Duration.milliseconds(5)
    /// After so long without an acknowledgement the topic is asked for.
    private static let silenceLimit = Duration.seconds(10)
    /// How many records go in a turn, where others wait for theirs or for a commit.
    private static let turnRecords = 5_000

    /// How a turn has ended.
    enum Turn {
        /// There is no further record yet.
        case idle
        /// Others have theirs, or a commit.
        case more
        /// The next record has to wait.
        case waiting
        /// The client is given up.
        case over
    }

    /// What became of offering a record.
    private enum Offer {
        case sent, skipped, waiting, stuck, over
    }

    init(_ loop: PublishLoop) throws(KafkaError) {
        self.loop = loop
        router = loop.router
        topics = Array(repeating: nil, count: loop.router.topics.count)
        refused = loop.progress.withLock { $0.refused }
        let settings = ProducerSettings(
            loop.configuration, journal: loop.journal.id, bodyLimit: loop.bodyLimit)
        producer = try KafkaProducer(
            loop.kafka, defaults: settings.defaults, pinned: settings.pinned, log: loop.log)
        reports = PublishReports(loop, producer)
        transaction =
            loop.configuration.delivery == .exactlyOnce
            ? PublishTransaction(loop, producer, reports) : nil
        loop.metrics.clients.add()
        loop.hooks.clientMade?(producer)
    }

    var isOver: Bool { loop.progress.withLock { $0.isOver } }

    func run() throws {
        let reporter = try Worker(ifPossible: "publish-reports") { [reports] in reports.serve() }
        defer { giveUp(reporter) }
        guard meetKafka() else { return }
        if let transaction {
            guard try transaction.resume() else { return }
            holdLeaderless()
        }
        try sendAll()
    }

    /// Waits until Kafka answers, and learns which topics there are.
    private func meetKafka() -> Bool {
        while !isOver {
            do {
                try noteTopics(try producer.cluster(upTo: Self.questionLimit))
                if transaction == nil { loop.board.hear() }
                return true
            } catch {
                loop.note(error)
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

    private func sendAll() throws {
        var main = try stream(after: loop.progress.withLock { $0.window.checkpoint })
        while true {
            let turn = try send(&main, .main, upTo: turnLimit)
            if case .over = turn { return }
            loop.recordPosition()
            if let transaction, try !commit(transaction, &main) { return }
            let isBusy = try catchUp(to: main.last)
            if isOver { return }
            if case .more = turn { continue }
            if isBusy { continue }
            loop.journal.wait(main.last, Self.tick)
            if case .waiting = turn { loop.waitUnlessOver(Self.tick) }
            transaction?.renew()
            watch()
        }
    }

    /// Commits what was sent; false where the client is given up.
    ///
    /// Where a record waits for too long, further ones join the transaction: only if one of them
    /// arrives does it show that the topic stands still, and not all of Kafka.
    private func commit(
        _ transaction: PublishTransaction, _ main: inout RecordStream
    ) throws -> Bool {
        while !transaction.isReady(upTo: Self.tick) {
            watch()
            guard loop.progress.withLock({ $0.isOverdue }) else { continue }
            if case .over = try send(&main, .main, upTo: Self.turnRecords) { return false }
        }
        return transaction.commit()
    }

    func stream(after last: UInt64) throws -> RecordStream {
        try RecordStream(loop.journal, after: last)
    }

    private var turnLimit: Int {
        let isAlone = transaction == nil && loop.progress.withLock { $0.lanes.isEmpty }
        return isAlone ? .max : Self.turnRecords
    }

    /// Hands records over, so many at most.
    func send(
        _ stream: inout RecordStream, _ reader: PublishProgress.Reader, upTo limit: Int,
        through last: UInt64 = .max
    ) throws -> Turn {
        var sent = 0
        while sent < limit {
            guard stream.last < last, let record = try stream.record() else {
                return isOver ? .over : .idle
            }
            switch offer(record, reader) {
            case .sent: sent += 1
            case .skipped: break
            case .waiting where transaction == nil && reader == .main:
                waitForRoom(record.sequence, reader)
                continue
            case .waiting:
                if reader == .lane { waitForRoom(record.sequence, reader) }
                return sent > 0 ? .more : .waiting
            case .stuck: return .waiting
            case .over: return .over
            }
            stream.advance()
            if reader == .main { transaction?.note(record) }
        }
        return .more
    }

    /// Hands a record over.
    private func offer(_ record: JournalRecord, _ reader: PublishProgress.Reader) -> Offer {
        let own = router.destination(of: record.entry, isRefused: false)
        let home = own.topic
        while true {
            let destination =
                refused.contains(record.sequence)
                ? router.destination(of: record.entry, isRefused: true) : own
            let isPassed = topics[destination.topic] == nil && isHeld(home, by: reader)
            if !isPassed {
                guard let topic = topic(destination.topic, home: home) else {
                    if isOver { return .over }
                    continue
                }
                if let mayPublish = loop.hooks.mayPublish {
                    guard mayPublish(topic.name, record.body.count) else {
                        loop.waitUnlessOver(Self.briefly)
                        if isOver { return .over }
                        continue
                    }
                }
            }
            let entry = DeliveryWindow.Entry(
                bytes: record.body.count, topic: destination.topic, home: home,
                receivedAt: record.entry.receivedAt, sentAt: MonotonicClock.now())
            switch loop.progress.withLock({ $0.step(record.sequence, entry, of: reader) }) {
            case .end: return .over
            case .skip: return .skipped
            case .wait: return .waiting
            case .stuck: return .stuck
            case .send:
                guard transaction?.begin() ?? true else { return .over }
                if produce(record, topics[destination.topic], destination) { return .sent }
                if isOver { return .over }
            }
        }
    }

    /// Whether the reader passes over the records of this topic.
    private func isHeld(_ home: Int, by reader: PublishProgress.Reader) -> Bool {
        loop.progress.withLock { progress in
            switch reader {
            case .main: progress.lanes.has(home)
            case .lane: progress.lanes.current != home
            }
        }
    }

    /// Whether librdkafka has taken the record; if not, it is offered again.
    private func produce(
        _ record: JournalRecord, _ topic: KafkaTopic?, _ destination: RecordRouter.Destination
    ) -> Bool {
        guard let topic else { preconditionFailure("what is sent has its topic's handle") }
        router.fill(&headers, of: record, to: destination)
        let answer = producer.produce(
            to: topic, keyText: router.key(of: record.entry, to: destination),
            value: record.body.span, headers: headers, identity: record.sequence)
        switch answer {
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

    /// The topic's handle; nil where it is not there, and then the home of the record has a lane,
    /// or the client is given up.
    private func topic(_ number: Int, home: Int) -> KafkaTopic? {
        if let topic = topics[number] { return topic }
        while !isOver {
            if let error = ask(for: number) {
                guard FailureClass(error.code) == .topic else {
                    loop.waitUnlessOver(Self.tick)
                    continue
                }
                hold(home, error)
                return nil
            }
            return topics[number]
        }
        return nil
    }

    /// Asks whether the topic is there; returns the error where it is not, or nobody answers, or
    /// what `check` finds in the answer.
    func ask(
        for number: Int, _ check: (TopicMetadata) -> KafkaError? = { _ in nil }
    ) -> KafkaError? {
        do {
            let topic = try producer.topic(router.topics[number])
            let metadata = try producer.metadata(of: topic, upTo: Self.questionLimit)
            topics[number] = topic
            return check(metadata)
        } catch {
            if FailureClass(error.code) != .topic { loop.note(error) }
            return error
        }
    }

    /// The records of the topic are passed over from here on.
    func hold(_ topic: Int, _ error: KafkaError) {
        loop.progress.update { $0.hold(topic, error, now: MonotonicClock.now()) }
        loop.board.hold(router.topics[topic], error.description)
    }

    /// Waits until the record is worth offering again.
    func waitForRoom(_ sequence: UInt64, _ reader: PublishProgress.Reader) {
        let moved = loop.progress.wait(upTo: Self.tick) {
            $0.isWorthOffering(sequence, of: reader) ? true : nil
        }
        if moved == nil { watch() }
    }

    /// Where nothing has been acknowledged for long, asks whether the topic is still there: a
    /// deleted one gives no error of its own while records never time out.
    func watch() {
        if case .waitingForKafka = loop.board.current { listen() }
        guard reports.silence > Self.silenceLimit else { return }
        let oldest = loop.progress.withLock { progress -> DeliveryWindow.Entry? in
            let window = progress.window.isEmpty ? progress.lanes.window : progress.window
            return window.flatMap { window in window.oldest.flatMap { window.entry(of: $0) } }
        }
        reports.restartSilence()
        guard let oldest, let error = ask(for: oldest.topic) else { return }
        if FailureClass(error.code) == .topic { hold(oldest.home, error) }
    }

    /// Asks whether Kafka is back: while nothing is on its way, nothing else would tell.
    private func listen() {
        guard (try? producer.cluster(upTo: Self.questionLimit)) != nil else { return }
        loop.board.hear()
    }

    /// Takes the reports that still come, then ends the client.
    private func giveUp(_ reporter: Worker) {
        let (isStopping, isProbe) = loop.progress.withLock { ($0.isStopping, $0.isProbe) }
        // A record that went alone has been waited for.
        let isBrief = isStopping || isProbe
        // What is already with a broker may be acknowledged yet, and then is not sent again; so
        // may what waits in a client that is not broken.
        if let error = producer.fatalError {
            // Its event may still be on its way, and says more than the reports that it led to.
            loop.progress.update { $0.fail(error) }
            producer.purge(inFlight: false)
        }
        if let transaction {
            transaction.end(isStopping: isStopping, upTo: Self.lastReportsLimit)
        } else if !isSettled(upTo: isBrief ? Self.lastReportsLimit : Self.reportsLimit) {
            producer.purge(inFlight: true)
            _ = isSettled(upTo: Self.lastReportsLimit)
        }
        reports.end()
        reporter.join()
        if !producer.close(upTo: Self.closeLimit) {
            loop.log.warning("a Kafka client is slow to end, and is left alone")
        }
    }

    func isSettled(upTo limit: Duration) -> Bool {
        loop.progress.wait(upTo: limit) { $0.isEmpty ? true : nil } ?? false
    }
}
