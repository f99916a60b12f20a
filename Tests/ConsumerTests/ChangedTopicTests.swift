import Consumer
import Events
import Kafka
import Projection
import Store
import Support
import Telemetry
import Testing

/// Topics that are not what they were when the consumer comes back.
@Suite(.timeLimit(.minutes(10))) struct ChangedTopicTests {
    private static let key = TopicPartition("t.order.updated", 0)
    let directory: TemporaryDirectory
    let folder: StateFolder

    init() throws {
        directory = try TemporaryDirectory()
        folder = StateFolder(directory.path)
    }

    private func event(_ second: Int, _ type: String = "order.updated") -> TestRecord {
        ModelEvent(type: type, id: "order-1", second: second).record
    }

    /// Brings the state to the end of topics that hold these records.
    private func consume(_ records: [TestRecord]) throws {
        let topics = try TestTopics(partitions: 1)
        defer { topics.end() }
        try topics.send(records)
        let consumer = try RunningConsumer(topics.cluster.configuration, folder)
        try folder.reach(topics.ends)
        try consumer.stop()
    }

    /// What the consumer says of the partition in topics that hold these records, while it reads
    /// the others.
    private func stopReason(_ records: [TestRecord]) throws -> StopReason? {
        let topics = try TestTopics(partitions: 1)
        defer { topics.end() }
        try topics.send(records + [event(9, "order.cancelled")])
        let consumer = try RunningConsumer(topics.cluster.configuration, folder)
        let other = TopicPartition("t.order.cancelled", 0)
        try folder.reach([other: 1])
        let reason = try eventually("the partition to stop") {
            consumer.loop.status.stopped[Self.key]
        }
        #expect(consumer.loop.status.reasons.count == 1)
        try consumer.stop()
        return reason
    }

    // The same event published again has another timestamp: so the anchor, the oldest record that
    // the state knows to recognise a partition by, is found to be another one first.

    @Test func `another record in the anchor's place stops the partition, the others go on`() throws
    {
        try consume([event(1), event(2)])
        let before = try StateReader.open(folder).progress()
        #expect(try stopReason([event(1), event(3), event(4)]) == .replaced(offset: 0))
        let after = try StateReader.open(folder).progress()
        let own = before.first { $0.topic == Self.key.topic }
        #expect(own?.next == 2)
        #expect(after.first { $0.topic == Self.key.topic } == own)
    }

    @Test func `a topic that was recreated and is shorter is stopped`() throws {
        try consume([event(1), event(2), event(3)])
        #expect(try stopReason([event(1)]) == .replaced(offset: 0))
    }

    @Test func `an empty partition where records were is stopped`() throws {
        try consume([event(1)])
        #expect(try stopReason([]) == .shorter(end: 0, next: 1))
    }

    /// Fills a partition until the embedded Kafka, which keeps 5 MB, has dropped the oldest, and
    /// gives the first offset that is left.
    private func overfill(_ topics: TestTopics) throws -> Int64 {
        let long = String(repeating: "x", count: 500_000)
        for number in 0..<14 {
            let field = (name: "f", value: "\"\(long)\(number)\"")
            try topics.send([
                ModelEvent(type: "order.updated", id: "order-1", second: 1, fields: [field]).record
            ])
        }
        let client = try KafkaConsumer(topics.cluster.configuration, log: .silent)
        defer { client.close(upTo: closing) }
        return try client.watermarks(of: Self.key, upTo: .seconds(5)).low
    }

    /// Sets what the state knows of the partition.
    private func setProgress(next: Int64) throws {
        let store = try StateStore.open(folder, .init(Catalogue.shipped, cacheBytes: 0))
        let last = LastRecord(offset: next - 1, eventID: nil, hash: BodyHash(high: 1, low: 1))
        try store.begin()
        try store.advance(
            PartitionProgress(topic: Self.key.topic, partition: 0, next: next, last: last))
        try store.commit()
    }

    /// Lets a consumer that goes on read topics that hold these records, and gives the gaps it kept.
    private func goOn(_ records: [TestRecord], partitions: Int = 1) throws -> [Gap] {
        let topics = try TestTopics(partitions: partitions)
        defer { topics.end() }
        try topics.send(records)
        let consumer = try RunningConsumer(
            topics.cluster.configuration, folder, onGap: .continue)
        try eventually("the gap") { try !StateReader.open(folder).gaps().isEmpty }
        try folder.reach(topics.ends)
        #expect(consumer.loop.status.stopped.isEmpty)
        let text = consumer.metrics.render()
        try consumer.stop()
        let gaps = try StateReader.open(folder).gaps()
        #expect(text.contains("\nhookline_consumer_gaps \(gaps.count)\n"))
        return gaps
    }

    @Test func `whoever goes on reads a topic that was made again from its beginning`() throws {
        try consume([event(1), event(2)])
        let gaps = try goOn([event(5), event(6), event(7)])
        let gap = try #require(gaps.first)
        #expect(gaps.count == 1)
        #expect(gap.first == 2)
        #expect(gap.end == nil)
        #expect(gap.reason == "replaced")
        let history = try StateReader.open(folder).history("order", "order-1")
        #expect(history.map(\.version.occurredAt.seconds).map { $0 % 60 } == [1, 2, 5, 6, 7])
        #expect(history.map(\.position.offset) == [0, 1, 0, 1, 2])
    }

    @Test func `whoever goes on reads a recreated shorter topic from its beginning, once`() throws {
        try consume([event(1), event(2), event(3)])
        let gaps = try goOn([event(5)])
        #expect(gaps.map(\.reason) == ["replaced"])
        #expect(gaps.map(\.first) == [3])
        #expect(gaps.map(\.end) == [nil])
    }

    @Test func `the same events published again in another order are another topic`() throws {
        try consume([event(1), event(2), event(3)])
        let gaps = try goOn([event(2), event(1), event(3), event(4)])
        #expect(gaps.map(\.reason) == ["replaced"])
        let history = try StateReader.open(folder).history("order", "order-1")
        #expect(history.filter { $0.outcome == .duplicate }.count == 3)
        #expect(history.filter { $0.outcome == .applied }.count == 4)
    }

    @Test func `whoever goes on leaves out a partition that is gone`() throws {
        let orders = (0..<20).map { ModelEvent(type: "order.updated", id: "order-\($0)").record }
        let topics = try TestTopics(partitions: 2)
        try topics.send(orders)
        let consumer = try RunningConsumer(topics.cluster.configuration, folder)
        try folder.reach(topics.ends)
        try consumer.stop()
        topics.end()
        let next = topics.ends[TopicPartition("t.order.updated", 1)]
        let gaps = try goOn(orders)
        #expect(gaps.contains { $0.partition == 1 && $0.reason == "gone" && $0.first == next })
        #expect(gaps.contains { $0.topic == "t.order.updated" && $0.partition == 0 })
        let rows = try StateReader.open(folder).progress()
        #expect(!rows.contains { $0.partition == 1 })
        // All partitions with nothing in them are gone too, in every topic.
        let all = Set(Catalogue.shipped.entries.map(\.topic)).count
        #expect(gaps.filter { $0.reason == "gone" }.count == all)
    }

    @Test func `an empty partition that lost records while nobody looked is a gap`() throws {
        try consume([event(9, "order.cancelled")])
        let rows = try StateReader.open(folder).progress()
        #expect(rows.contains { $0.topic == Self.key.topic && $0.next == 0 })
        let topics = try TestTopics(partitions: 1)
        defer { topics.end() }
        let start = try overfill(topics)
        let consumer = try RunningConsumer(topics.cluster.configuration, folder)
        try eventually("the partition to stop") {
            consumer.loop.status.stopped[Self.key] == .gap(next: 0, start: start)
        }
        try consumer.stop()
    }

    @Test func `a partition that begins above 0 is read, and what lay before is noted once`()
        throws
    {
        let topics = try TestTopics(partitions: 1)
        defer { topics.end() }
        let start = try overfill(topics)
        for _ in 1...2 {
            let consumer = try RunningConsumer(topics.cluster.configuration, folder)
            try folder.reach(topics.ends)
            #expect(consumer.metrics.render().contains("\nhookline_consumer_gaps 0\n"))
            try consumer.stop()
        }
        let gap = try #require(try StateReader.open(folder).gaps().first)
        #expect(try StateReader.open(folder).gaps().count == 1)
        #expect((gap.first, gap.end) == (0, start))
        #expect(gap.reason == "before")
        let rebuilt = try StateStore(
            path: ":memory:", .init(ModelType.catalogue, cacheBytes: 10_000))
        try topics.catchUp(
            rebuilt,
            to: [
                CatchUpTarget(
                    Self.key, start: start, end: start + 1, isExact: true)
            ])
        #expect(try rebuilt.gaps().map(\.end) == [start])
    }

    @Test func `what retention took is passed over by whoever goes on, and said`() throws {
        let topics = try TestTopics(partitions: 1)
        defer { topics.end() }
        let start = try overfill(topics)
        try #require(start > 2)
        try setProgress(next: start - 2)
        let consumer = try RunningConsumer(
            topics.cluster.configuration, folder, onGap: .continue)
        try folder.reach(topics.ends)
        #expect(consumer.loop.status.stopped.isEmpty)
        #expect(consumer.loop.status.isReady)
        #expect(
            consumer.metrics.render().contains("\nhookline_consumer_missing_records_total 2\n"))
        try consumer.stop()
        let gaps = try StateReader.open(folder).gaps()
        #expect(gaps.map(\.first) == [start - 2])
        #expect(gaps.map(\.end) == [start])
        #expect(gaps.map(\.reason) == ["removed"])
    }

    @Test func `a partition that a known topic has got since is read from its beginning`() throws {
        try consume([event(1)])
        let orders = (0..<20).map { ModelEvent(type: "order.updated", id: "order-\($0)").record }
        let topics = try TestTopics(partitions: 2)
        defer { topics.end() }
        // The first record is what it was, byte for byte, but for its time: so the first partition
        // is another one, and the second is new.
        try topics.send(orders)
        let consumer = try RunningConsumer(topics.cluster.configuration, folder)
        let key = TopicPartition("t.order.updated", 1)
        try folder.reach([key: try #require(topics.ends[key])])
        try eventually("the first to stop") { consumer.loop.status.stopped[Self.key] != nil }
        #expect(consumer.loop.status.stopped[key] == nil)
        try consumer.stop()
    }

    @Test func `what retention took before it was applied is a gap`() throws {
        let topics = try TestTopics(partitions: 1)
        defer { topics.end() }
        let start = try overfill(topics)
        try #require(start > 1)
        try setProgress(next: start - 1)
        let consumer = try RunningConsumer(topics.cluster.configuration, folder)
        let reason = try eventually("the partition to stop") {
            consumer.loop.status.stopped[Self.key]
        }
        #expect(reason == .gap(next: start - 1, start: start))
        try consumer.stop()
    }

    @Test func `what retention took after it was applied is none`() throws {
        let topics = try TestTopics(partitions: 1)
        defer { topics.end() }
        let start = try overfill(topics)
        try setProgress(next: start)
        let consumer = try RunningConsumer(topics.cluster.configuration, folder)
        try folder.reach(topics.ends)
        #expect(consumer.loop.status.stopped.isEmpty)
        try consumer.stop()
    }

    @Test func `a partition that is gone is said, and the rest is read`() throws {
        let topics = try TestTopics(partitions: 2)
        let all = (0..<20).map { ModelEvent(type: "order.updated", id: "order-\($0)").record }
        try topics.send(all)
        let consumer = try RunningConsumer(topics.cluster.configuration, folder)
        try folder.reach(topics.ends)
        try consumer.stop()
        topics.end()
        try #require(topics.ends.keys.contains(TopicPartition("t.order.updated", 1)))
        let fewer = try TestTopics(partitions: 1)
        defer { fewer.end() }
        let second = try RunningConsumer(fewer.cluster.configuration, folder)
        try eventually("the partition to be missed") {
            second.loop.status.stopped[TopicPartition("t.order.updated", 1)]
                == .gone(partitions: 1)
        }
        try second.stop()
    }
}
