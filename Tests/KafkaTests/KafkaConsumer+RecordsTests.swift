import Support
import Telemetry
import Testing

@testable import Kafka

/// Over the embedded broker; what retention takes needs a real one and is in the flows.
@Suite(.timeLimit(.minutes(5)))
struct KafkaConsumerRecordsTests {
    private let cluster: MockCluster
    private let producer: KafkaProducer
    private let consumer: KafkaConsumer
    private let partition = TopicPartition("events", 0)

    init() throws {
        cluster = try MockCluster()
        try cluster.createTopic("events", partitions: 1)
        producer = try KafkaProducer(
            cluster.configuration, pinned: [("linger.ms", "0")], log: .silent)
        consumer = try KafkaConsumer(
            cluster.configuration, defaults: [("fetch.message.max.bytes", "1000")], log: .silent)
    }

    private func end() {
        consumer.close(upTo: closing)
        producer.close(upTo: closing)
        cluster.close(upTo: closing)
    }

    private func fill(_ count: Int) throws {
        let topic = try producer.topic("events")
        for number in 0..<count { _ = producer.produce("\(number)", to: topic) }
        _ = try producer.reports(count)
    }

    private func read(
        _ offsets: [Int64], atMost limit: Int = .max
    ) throws -> (end: KafkaConsumer.RecordsEnd, values: [String?]) {
        var values: [String?] = []
        let deadline = ContinuousClock.now + .seconds(30)
        let end = try consumer.read(partition, at: offsets) {
            ContinuousClock.now > deadline
        } record: { record in
            values.append(SeenRecord(record).value)
            return values.count < limit
        }
        return (end, values)
    }

    @Test(arguments: [
        [0], [999], [0, 1, 2], [3, 500, 501, 570, 999], [0, 64, 129, 700, 765, 766],
    ])
    func `single records come in order, near and far`(offsets: [Int64]) throws {
        defer { end() }
        try fill(1_000)
        let (end, values) = try read(offsets)
        #expect(end == .all)
        #expect(values == offsets.map(String.init))
        // The client can be asked again, also for what lies before.
        #expect(try read([1, 998]).values == ["1", "998"])
    }

    @Test func `one that is not there yet is missing`() throws {
        defer { end() }
        try fill(10)
        let (end, values) = try read([3, 9, 10])
        #expect(end == .missing)
        #expect(values == ["3", "9"])
        #expect(try read([500]).end == .missing)
    }

    @Test func `it ends when the closure has enough, or the caller says so`() throws {
        defer { end() }
        try fill(10)
        #expect(try read([1, 2, 3], atMost: 2).values == ["1", "2"])
        let end = try consumer.read(partition, at: [1], until: { true }, record: { _ in true })
        #expect(end == .over)
    }

    @Test func `the next wanted record is known as records come`() {
        var reading = SingleRecords([5, 9])
        #expect(reading.meet(4) == .pass)
        #expect(!reading.isBeyond(end: 6))
        #expect(reading.meet(5) == .take(next: 9))
        #expect(reading.meet(5) == .pass)
        #expect(reading.isBeyond(end: 9))
        #expect(reading.meet(10) == .missing)
        #expect(reading.meet(9) == .take(next: nil))
        #expect(reading.meet(10) == .pass)
    }
}
