import Kafka
import Support
import Telemetry
import Testing

@Suite(
    .enabled(if: RealKafka.isAvailable, "no Kafka: \(RealKafka.whyNot ?? "")"),
    .timeLimit(.minutes(10)))
struct KafkaAdminTests {
    private let limit = Duration.seconds(20)

    @Test func `a real Kafka makes, describes, fills, cuts and removes topics`() throws {
        let node = try RealKafka()
        let configuration = KafkaConfiguration(bootstrapServers: node.bootstrapServers)
        let admin = try KafkaAdmin(configuration, log: .silent)
        defer { admin.close(upTo: closing) }
        #expect(throws: KafkaError.self) { try admin.metadata(of: "made", upTo: limit) }
        try admin.createTopic(
            "made", partitions: 4, replicas: 1, settings: ["max.message.bytes": "2000"], upTo: limit
        )
        try eventually("the topic") { (try? admin.metadata(of: "made", upTo: limit)) != nil }
        let metadata = try admin.metadata(of: "made", upTo: limit)
        #expect(metadata.partitions == 4)
        #expect(metadata.replicas == 1)
        #expect(try admin.cluster(upTo: limit).brokers == [1])
        #expect(try admin.cluster(upTo: limit).topics["made"] == metadata)
        let settings = try admin.topicSettings(of: "made", upTo: limit)
        #expect(settings["max.message.bytes"] == "2000")
        #expect(settings["cleanup.policy"] == "delete")
        #expect(
            try admin.brokerSettings(of: 1, upTo: limit)["auto.create.topics.enable"] == "false")
        #expect {
            try admin.createTopic("made", partitions: 1, replicas: 1, upTo: limit)
        } throws: {
            ($0 as? KafkaError)?.code == .topicAlreadyExists
        }
        try placeKeys(configuration)
        try refuseLarge(configuration)
        try cutRecords(configuration, admin)
        try admin.deleteTopic("made", upTo: limit)
        try eventually("the topic's end") {
            (try? admin.metadata(of: "made", upTo: limit)) == nil
        }
    }

    /// Keys go where Java's own hash, known from its tests, puts them.
    private func placeKeys(_ configuration: KafkaConfiguration) throws {
        let producer = try KafkaProducer(
            configuration, pinned: [("partitioner", "murmur2_random"), ("linger.ms", "0")],
            log: .silent)
        defer { producer.close(upTo: closing) }
        let topic = try producer.topic("made")
        for (key, hash) in KafkaProducerTests.javaHashes {
            _ = producer.produce("v", key: key, to: topic)
            #expect(try producer.reports(1).map(\.partition) == [(hash & 0x7fff_ffff) % 4])
        }
    }

    private func refuseLarge(_ configuration: KafkaConfiguration) throws {
        let producer = try KafkaProducer(
            configuration,
            pinned: [
                ("enable.idempotence", "true"), ("enable.gapless.guarantee", "true"),
                ("linger.ms", "0"),
            ], log: .silent)
        defer { producer.close(upTo: closing) }
        let topic = try producer.topic("made")
        _ = producer.produce(
            String(repeating: "x", count: 3000), key: "abc", to: topic, identity: 7)
        let report = try producer.reports(1)
        #expect(report.first?.identity == 7)
        #expect(report.first?.failure == .messageTooLarge)
        #expect(producer.fatalError?.code == .gaplessGuarantee)
    }

    private func cutRecords(_ configuration: KafkaConfiguration, _ admin: KafkaAdmin) throws {
        let consumer = try KafkaConsumer(configuration, log: .silent)
        defer { consumer.close(upTo: closing) }
        let partition = TopicPartition("made", (479_470_107 & 0x7fff_ffff) % 4)
        let marks = try consumer.watermarks(of: partition, upTo: limit)
        try admin.deleteRecords(of: partition, before: marks.high, upTo: limit)
        let cut = try consumer.watermarks(of: partition, upTo: limit)
        #expect(cut == Watermarks(low: marks.high, high: marks.high))
        try consumer.assign([partition: .next(0)])
        let seen = try consumer.read("out of range") { !$1.isEmpty }
        guard case .outOfRange(partition, _) = seen.signals.first else {
            Issue.record("\(seen.signals)")
            return
        }
    }
}
