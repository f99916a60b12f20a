import Kafka
import Support
import Telemetry
import Testing
import Threads

/// A producer with a thread that takes its reports and errors, as transactions want it.
private final class Transactional: Sendable {
    let producer: KafkaProducer
    private let events = Monitor(ProducerEvents())
    private let isOver = Monitor(false)
    private let poller = Monitor<Worker?>(nil)

    init(
        _ configuration: KafkaConfiguration, id: String = "id", limit: Duration = .seconds(60),
        settings: [(String, String)] = []
    ) throws {
        producer = try KafkaProducer(
            configuration, pinned: KafkaProducer.transactional(id: id, limit: limit) + settings,
            log: .silent)
        poller.withLock { $0 = Worker("test-poll") { self.poll() } }
    }

    private func poll() {
        var taken = ProducerEvents()
        while !isOver.withLock({ $0 }) {
            guard producer.poll(upTo: .milliseconds(50), into: &taken) else { continue }
            let found = taken
            events.update { $0 = found }
        }
    }

    var reports: [DeliveryReport] { events.withLock { $0.reports } }
    var errors: [KafkaError] { events.withLock { $0.errors } }

    func produce(_ text: String, to topic: String) throws -> ProduceAnswer {
        try producer.produce(text, key: "k", to: producer.topic(topic))
    }

    /// Makes a record part of the transaction, at the brokers too.
    func deliver(_ text: String, to topic: String) throws {
        let before = reports.count
        _ = try produce(text, to: topic)
        try eventually("the report of \(text)", upTo: .seconds(30)) { reports.count > before }
    }

    @discardableResult
    func close() -> Bool {
        isOver.update { $0 = true }
        poller.withLock { $0.take() }?.join()
        return producer.close(upTo: closing)
    }
}

private let limit = Duration.seconds(30)

/// What a call of a transaction throws.
private func failure(_ body: () throws -> Void) -> KafkaError? {
    do {
        try body()
        return nil
    } catch {
        return error as? KafkaError
    }
}

@Suite(.timeLimit(.minutes(10))) struct KafkaProducerTransactionsTests {
    let cluster: MockCluster

    init() throws {
        cluster = try MockCluster()
        try cluster.createTopic("events", partitions: 1)
    }

    @Test func `records and offsets go in a transaction`() throws {
        let one = try Transactional(cluster.configuration)
        defer {
            one.close()
            cluster.close(upTo: closing)
        }
        try one.producer.initTransactions(upTo: limit)
        try one.producer.beginTransaction()
        try one.deliver("a", to: "events")
        try one.producer.sendOffsets(
            [TopicPartition("events", 0): GroupOffset(nextOffset: 7, metadata: "seven")],
            group: "positions", upTo: limit)
        try one.producer.commitTransaction(upTo: limit)
        #expect(one.reports.map(\.failure) == [nil])
        #expect(one.errors.isEmpty)
    }

    @Test func `a call that does not fit changes nothing`() throws {
        let one = try Transactional(cluster.configuration)
        defer {
            one.close()
            cluster.close(upTo: closing)
        }
        let producer = one.producer
        #expect(failure { try producer.beginTransaction() }?.code == .wrongState)
        try producer.initTransactions(upTo: limit)
        #expect(failure { try producer.commitTransaction(upTo: limit) }?.code == .wrongState)
        guard case .refused(let error) = try one.produce("outside", to: "events") else {
            Issue.record("a record was taken outside of a transaction")
            return
        }
        #expect(error.code == .wrongState)
        try producer.beginTransaction()
        let second = failure { try producer.beginTransaction() }
        #expect(second?.code == .wrongState)
        #expect(second?.fatal == false)
        try one.deliver("a", to: "events")
        try producer.commitTransaction(upTo: limit)
    }

    @Test func `a limit below what a record may take is refused with the settings' names`() {
        defer { cluster.close(upTo: closing) }
        let error = failure {
            _ = try Transactional(
                cluster.configuration, limit: .seconds(10),
                settings: [("message.timeout.ms", "10001")])
        }
        #expect(error?.text.contains("message.timeout.ms") == true)
        #expect(error?.text.contains("transaction.timeout.ms") == true)
        #expect(
            failure {
                try Transactional(
                    cluster.configuration, limit: .seconds(10),
                    settings: [("message.timeout.ms", "0")]
                ).close()
            } == nil)
    }

    /// librdkafka waits for ever there: three answers are what it asks for.
    @Test func `offsets without a broker for their group end in time, and the client with them`()
        throws
    {
        let one = try Transactional(cluster.configuration)
        defer { cluster.close(upTo: closing) }
        try one.producer.initTransactions(upTo: limit)
        try one.producer.beginTransaction()
        cluster.failNext(
            .findCoordinator, Array(repeating: .coordinatorNotAvailable, count: 3))
        let error = failure {
            try one.producer.sendOffsets(
                [TopicPartition("events", 0): GroupOffset(nextOffset: 1)], group: "positions",
                upTo: .seconds(1))
        }
        #expect(error?.code == .timedOut)
        #expect(error?.fatal == true)
        #expect(!one.close())
        let next = try Transactional(cluster.configuration)
        defer { next.close() }
        try next.producer.initTransactions(upTo: limit)
    }

    @Test func `a broker that does not answer is retriable`() throws {
        let one = try Transactional(cluster.configuration)
        defer {
            one.close()
            cluster.close(upTo: closing)
        }
        try cluster.stopBroker()
        let error = failure { try one.producer.initTransactions(upTo: .milliseconds(500)) }
        #expect(error?.code == .timedOut)
        #expect(error?.retriable == true)
        #expect(error?.fatal == false)
        try cluster.startBroker()
        try one.producer.initTransactions(upTo: limit)
    }
}

@Suite(
    .enabled(if: RealKafka.isAvailable, "no Kafka: \(RealKafka.whyNot ?? "")"),
    .timeLimit(.minutes(10)))
struct KafkaTransactionsTests {
    private let place = TopicPartition("positions", 0)

    /// One node for all: its start takes longer than the rest.
    @Test func `a real Kafka keeps what was committed, and nothing else`() throws {
        let node = try RealKafka()
        let configuration = KafkaConfiguration(bootstrapServers: node.bootstrapServers)
        let admin = try KafkaAdmin(configuration, log: .silent)
        defer { admin.close(upTo: closing) }
        for (name, settings) in [
            ("events", [:]), ("positions", [:]), ("narrow", ["max.message.bytes": "1000"]),
        ] {
            try admin.createTopic(
                name, partitions: 1, replicas: 1, settings: settings, upTo: limit)
        }
        try eventually("the topics") { try admin.cluster(upTo: limit).topics.count >= 3 }

        let texts = try commits(configuration)
        try refusals(configuration)
        try fencing(configuration)
        try leftOpen(configuration)
        #expect(try committedTexts(configuration) == texts + ["after abort", "newer", "last"])
    }

    private func offsets(_ nextOffset: Int64, _ text: String) -> [TopicPartition: GroupOffset] {
        [place: GroupOffset(nextOffset: nextOffset, metadata: text)]
    }

    private func committed(
        _ configuration: KafkaConfiguration, upTo limit: Duration = limit
    ) throws -> GroupOffset? {
        let consumer = try KafkaConsumer(configuration, group: "journal", log: .silent)
        defer { consumer.close(upTo: closing) }
        return try consumer.committedOffsets([place], upTo: limit)[place]
    }

    private func committedTexts(_ configuration: KafkaConfiguration) throws -> [String?] {
        let consumer = try KafkaConsumer(configuration, log: .silent)
        defer { consumer.close(upTo: closing) }
        try consumer.assign([TopicPartition("events", 0): .beginning])
        return try consumer.read("the end") { !$1.isEmpty }.records.map(\.value)
    }

    /// Committed, aborted, empty, and offsets alone.
    private func commits(_ configuration: KafkaConfiguration) throws -> [String] {
        // Before the first offsets, so that there is a broker that keeps them.
        #expect(try committed(configuration) == nil)
        let one = try Transactional(configuration, id: "one")
        defer { one.close() }
        let producer = one.producer
        try producer.initTransactions(upTo: limit)
        for number in 1...3 {
            try producer.beginTransaction()
            _ = try one.produce("commit \(number)", to: "events")
            try producer.sendOffsets(
                offsets(Int64(number), "at \(number)"), group: "journal", upTo: limit)
            try producer.commitTransaction(upTo: limit)
        }
        try producer.beginTransaction()
        try one.deliver("aborted", to: "events")
        try producer.sendOffsets(offsets(99, "aborted"), group: "journal", upTo: limit)
        try producer.abortTransaction(upTo: limit)
        #expect(try committed(configuration) == GroupOffset(nextOffset: 3, metadata: "at 3"))
        try producer.beginTransaction()
        try producer.commitTransaction(upTo: limit)
        try producer.beginTransaction()
        let longest = String(repeating: "m", count: 4_096)
        try producer.sendOffsets(offsets(4, longest), group: "journal", upTo: limit)
        try producer.commitTransaction(upTo: limit)
        #expect(try committed(configuration) == GroupOffset(nextOffset: 4, metadata: longest))
        return (1...3).map { "commit \($0)" }
    }

    /// What a broker refuses ends the transaction and not the client.
    private func refusals(_ configuration: KafkaConfiguration) throws {
        let one = try Transactional(
            configuration, id: "one", settings: [("enable.gapless.guarantee", "true")])
        defer { one.close() }
        let producer = one.producer
        try producer.initTransactions(upTo: limit)
        try producer.beginTransaction()
        try one.deliver(String(repeating: "x", count: 3_000), to: "narrow")
        #expect(one.reports.last?.failure == .messageTooLarge)
        let tooLarge = failure { try producer.commitTransaction(upTo: limit) }
        #expect(tooLarge?.code == .messageTooLarge)
        #expect(tooLarge?.txnRequiresAbort == true)
        #expect(tooLarge?.fatal == false)
        try producer.abortTransaction(upTo: limit)
        for (place, metadata, code) in [
            (place, String(repeating: "m", count: 4_097), KafkaErrorCode(rawValue: 12)),
            (TopicPartition("missing", 0), "", .unknownTopicOrPartition),
        ] {
            try producer.beginTransaction()
            let error = failure {
                try producer.sendOffsets(
                    [place: GroupOffset(nextOffset: 9, metadata: metadata)], group: "journal",
                    upTo: .seconds(2))
            }
            #expect(error?.code == code)
            #expect(error?.txnRequiresAbort == true)
            try producer.abortTransaction(upTo: limit)
        }
        try producer.beginTransaction()
        _ = try one.produce("after abort", to: "events")
        try producer.commitTransaction(upTo: limit)
    }

    /// The newer producer wins; the older one hears of it late, and by several ways.
    private func fencing(_ configuration: KafkaConfiguration) throws {
        typealias Step = (Transactional) throws -> Void
        let afterBegin: [(String, Step)] = [
            ("commit", { try $0.producer.commitTransaction(upTo: limit) }),
            ("abort", { try $0.producer.abortTransaction(upTo: limit) }),
            (
                "offsets",
                {
                    try $0.producer.sendOffsets(
                        [TopicPartition("positions", 0): GroupOffset(nextOffset: 98)],
                        group: "journal", upTo: limit)
                }
            ),
            (
                "record",
                {
                    try $0.deliver("fenced", to: "events")
                    #expect($0.reports.last?.failure == .invalidProducerEpoch)
                    try $0.producer.commitTransaction(upTo: limit)
                }
            ),
        ]
        for (name, step) in afterBegin {
            try whileFenced(configuration, "open \(name)", isOpen: true, step)
        }
        try whileFenced(configuration, "closed", isOpen: false) { older in
            try older.producer.beginTransaction()
            try older.deliver("fenced", to: "events")
            #expect(older.reports.last?.failure == .purgedInQueue)
            try older.producer.commitTransaction(upTo: limit)
        }
        let newer = try Transactional(configuration, id: "open record")
        defer { newer.close() }
        try newer.producer.initTransactions(upTo: limit)
        try newer.producer.beginTransaction()
        _ = try newer.produce("newer", to: "events")
        try newer.producer.commitTransaction(upTo: limit)
    }

    private func whileFenced(
        _ configuration: KafkaConfiguration, _ id: String, isOpen: Bool,
        _ step: (Transactional) throws -> Void
    ) throws {
        let older = try Transactional(configuration, id: id)
        defer { older.close() }
        try older.producer.initTransactions(upTo: limit)
        if isOpen {
            try older.producer.beginTransaction()
            try older.deliver("left by the older", to: "events")
        }
        let newer = try Transactional(configuration, id: id)
        defer { newer.close() }
        try newer.producer.initTransactions(upTo: limit)
        let error = failure { try step(older) }
        #expect(error?.code == .fenced, "\(id): \(error?.description ?? "no error")")
        #expect(error?.fatal == true, "\(id)")
    }

    /// A producer that goes without a word, as by a kill: its transaction stays open.
    private func leftOpen(_ configuration: KafkaConfiguration) throws {
        let lost = try Transactional(configuration, id: "lost")
        try lost.producer.initTransactions(upTo: limit)
        try lost.producer.beginTransaction()
        try lost.deliver("left open", to: "events")
        try lost.producer.sendOffsets(offsets(97, "left open"), group: "journal", upTo: limit)
        lost.close()
        let waiting = failure { _ = try committed(configuration, upTo: .seconds(1)) }
        #expect(waiting?.code == .timedOut)
        let next = try Transactional(configuration, id: "lost")
        defer { next.close() }
        try next.producer.initTransactions(upTo: limit)
        #expect(try committed(configuration)?.nextOffset == 4)
        try next.producer.beginTransaction()
        _ = try next.produce("last", to: "events")
        try next.producer.commitTransaction(upTo: limit)
    }
}
