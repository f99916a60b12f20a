import Kafka
import Support
import Telemetry
import Testing

@Suite(.timeLimit(.minutes(10))) struct FetchWakerTests {
    /// The queue has room for one record: one a second would take longer than is waited.
    @Test func `a queue that was full is filled again at once`() throws {
        let cluster = try MockCluster()
        defer { cluster.close(upTo: closing) }
        try cluster.createTopic("events", partitions: 1)
        let producer = try KafkaProducer(
            cluster.configuration, pinned: [("batch.num.messages", "1")], log: .silent)
        defer { producer.close(upTo: closing) }
        let topic = try producer.topic("events")
        let value = String(repeating: "x", count: 20_000)
        let count = 60
        for _ in 0..<count { _ = producer.produce(value, key: "k", to: topic) }
        _ = try producer.reports(count)
        var configuration = cluster.configuration
        configuration.properties["queued.max.messages.kbytes"] = "20"
        configuration.properties["fetch.message.max.bytes"] = "20000"
        let consumer = try KafkaConsumer(configuration, log: .silent)
        defer { consumer.close(upTo: closing) }
        try consumer.assign([TopicPartition("events", 0): .beginning])
        let seen = try consumer.read("all") { records, _ in records.count == count }
        #expect(seen.records.count == count)
    }
}
