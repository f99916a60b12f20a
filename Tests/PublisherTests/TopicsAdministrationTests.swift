import Events
import Journal
import Kafka
import Publisher
import Support
import Synchronization
import Telemetry
import Testing
import Threads

@Suite(
    .enabled(if: RealKafka.isAvailable, "no Kafka: \(RealKafka.whyNot ?? "")"),
    .timeLimit(.minutes(10)))
struct TopicsAdministrationTests {
    private let limit = Duration.seconds(20)
    private let bad = "telness.order.submitted"
    private let wanted = PublishLoop.maxMessageBytes(bodyLimit: 1 << 20)

    @Test func `topics are made, compared and used, against a real Kafka`() throws {
        let node = try RealKafka()
        let kafka = KafkaConfiguration(bootstrapServers: node.bootstrapServers)
        let topics = TopicsAdministration(
            kafka, TopicsConfiguration(), .shipped, maxMessageBytes: wanted, log: .silent)
        let names = RecordRouter(.shipped, topicPrefix: "telness.", source: "").topics
        #expect(try topics.check().map(\.outcome) == names.map { _ in .missing })
        try makeBadly(kafka)
        let made = try topics.create()
        #expect(Set(made.map(\.name)) == Set(names))
        #expect(made.filter { $0.outcome == .present }.map(\.name) == [bad])
        try eventually("the topics", upTo: limit) {
            try topics.check().allSatisfy { $0.outcome == .present }
        }
        for report in try topics.check() where report.name != bad {
            #expect(report.differences == [], "\(report.name)")
            #expect(report.isFine)
        }
        try expectDifferences(topics, kafka)
        try publishRefused(kafka)
    }

    private func makeBadly(_ kafka: KafkaConfiguration) throws {
        let admin = try KafkaAdmin(kafka, log: .silent)
        defer { admin.close(upTo: limit) }
        try admin.createTopic(
            bad, partitions: 2, replicas: 1,
            settings: ["cleanup.policy": "compact", "max.message.bytes": "3000"], upTo: limit)
    }

    private func expectDifferences(
        _ topics: TopicsAdministration, _ kafka: KafkaConfiguration
    ) throws {
        let report = try #require(
            try topics.check().first { $0.name == bad })
        #expect(!report.isFine)
        #expect(
            Set(report.differences.map(\.setting)) == [
                "partitions", "retention.ms", "cleanup.policy", "max.message.bytes",
            ])
    }

    /// A record too large for its topic goes to the quarantine; its neighbours go on, in order;
    /// and that topics take too little is said at the start.
    private func publishRefused(_ kafka: KafkaConfiguration) throws {
        let journal = MemoryJournal()
        let lines = Mutex<[String]>([])
        let log = Log("", format: .json, level: .info) { line in lines.withLock { $0.append(line) }
        }
        for number in 1...60 {
            let size = number % 20 == 7 ? 5_000 : 100
            journal.append(
                type: "order.submitted", key: "order-\(number % 3)",
                body: [UInt8](repeating: UInt8(ascii: "x"), count: size))
        }
        let loop = PublishLoop(
            journal: journal.tail, kafka: kafka, configuration: PublisherConfiguration(),
            router: RecordRouter(.shipped, topicPrefix: "telness.", source: "test"),
            bodyLimit: 1 << 20, metrics: Metrics(), log: log)
        let worker = Worker("publisher") { try? loop.run() }
        #expect(journal.waitForPublished(60))
        try eventually("the word about sizes") {
            lines.withLock { $0.contains { $0.contains("too small records") } }
        }
        loop.stop()
        worker.join()
        let held = try QuarantineReader(kafka, log: .silent).list()
        #expect(Set(held.compactMap(\.sequence)) == [7, 27, 47])
        #expect(held.allSatisfy { $0.reason == "refused" && $0.bytes == 5_000 })
    }
}
