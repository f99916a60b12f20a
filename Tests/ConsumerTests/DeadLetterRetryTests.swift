import Consumer
import Events
import Kafka
import Projection
import Store
import Support
import Telemetry
import Testing

@Suite(.timeLimit(.minutes(5))) struct DeadLetterRetryTests {
    private static let text = """
        {types: {
            "order.updated": {entity: "order", key: "data.orderId", snapshot: "data"},
            "order.shipped": {
                topic: "order.updated", entity: "order", key: "data.orderId", snapshot: "data"},
        }}
        """
    private let catalogue: Catalogue
    private let store: StateStore

    init() throws {
        catalogue = try Catalogue(json5: Array(Self.text.utf8))
        store = try StateStore(
            path: ":memory:", .init(catalogue, cacheBytes: 1 << 20))
    }

    private func body(_ type: String, _ number: Int, padding: Int = 0) -> [UInt8] {
        let id = "00000000-0000-4000-8000-\(String(100_000_000_000 + number))"
        let filler = String(repeating: "x", count: padding)
        return Array(
            """
            {"eventId":"\(id)","type":"\(type)","occurredAt":"2026-03-01T10:00:00Z",\
            "data":{"orderId":"order-\(number)","filler":"\(filler)","shipped":true}}
            """.utf8)
    }

    private func keep(
        _ value: [UInt8]?, key: String?, _ reason: DeadLetterReason = .envelope,
        topic: String = "t.order.updated", offset: Int64 = 0
    ) throws {
        let key = key.map { Array($0.utf8) }
        try store.keepDeadLetter(
            reason, "before", at: RecordPosition(topic: topic, partition: 0, offset: offset),
            key: key?.span, value: value?.span, time: Timestamp(seconds: 1))
    }

    private func judge(_ kafka: KafkaConfiguration = KafkaConfiguration()) -> DeadLetterJudge {
        var kafka = kafka
        kafka.topicPrefix = "t."
        return DeadLetterJudge(catalogue: catalogue, kafka: kafka, log: .silent)
    }

    private func retry(
        _ judge: DeadLetterJudge, _ selection: DeadLetterSelection = DeadLetterSelection()
    ) throws -> RetrySummary {
        let retry = try DeadLetterRetry(store, selection, judge)
        while try retry.step() {}
        return retry.summary
    }

    @Test func `what is an event now is applied at its place, and its letter goes`() throws {
        try store.begin()
        try keep(body("order.shipped", 1), key: "order-1", offset: 17)
        try store.commit()
        let summary = try retry(judge())
        #expect(summary.applied == [.applied: 1])
        #expect(summary.staying.isEmpty)
        #expect(try store.deadLetterCounts().isEmpty)
        let again = try retry(judge())
        #expect(again == RetrySummary())
    }

    @Test func `what is none stays, and says why it is none now`() throws {
        try store.begin()
        try keep(body("order.shipped", 1), key: "order-2")
        try keep(body("order.shipped", 1), key: nil)
        try keep(body("order.lost", 1), key: "order-1", .json)
        try keep(nil, key: "order-1", .tombstone)
        try keep(body("order.shipped", 1), key: "order-1", topic: "u.order.updated")
        try keep(body("order.shipped", 1), key: "order-1", .type, topic: "t.order.shipped")
        try store.commit()
        let summary = try retry(judge())
        #expect(summary.applied.isEmpty)
        #expect(summary.staying == [.key: 2, .envelope: 1, .tombstone: 1, .type: 2])
        let letters = try store.deadLetters(DeadLetterSelection(), after: 0, limit: 10)
        #expect(letters.map(\.reason) == [.key, .key, .envelope, .tombstone, .type, .type])
        #expect(letters[2].detail == "no usable event: type")
        #expect(letters[4].detail.contains("u.order.updated"))
        #expect(RetrySummary(summary.description) == summary)
    }

    @Test func `of many only those that are meant are looked at, each once`() throws {
        try store.begin()
        for number in 0..<100 {
            try keep(
                body("order.shipped", number), key: "order-\(number)",
                number.isMultiple(of: 2) ? .envelope : .type, offset: Int64(number))
        }
        // The same event at two places: it is applied once, and known the second time.
        try keep(body("order.shipped", 0), key: "order-0", offset: 200)
        try store.commit()
        var selection = DeadLetterSelection()
        selection.reasons = [.envelope]
        let summary = try retry(judge(), selection)
        #expect(summary.applied == [.applied: 50, .duplicate: 1])
        #expect(try store.deadLetterCounts() == [.type: 50])
        let sent = try #require(RetrySummary(summary.description))
        #expect(sent == summary)
    }

    @Test(arguments: ["applied", "applied x 1", "stays json many", "gone json 1"])
    func `a summary that says what nobody knows is none`(text: String) {
        #expect(RetrySummary(text) == nil)
    }

    @Test func `a value that was cut is read from Kafka, where it is the same still`() throws {
        let cluster = try MockCluster()
        defer { cluster.close(upTo: closing) }
        try cluster.createTopic("t.order.updated", partitions: 1)
        let producer = try KafkaProducer(
            cluster.configuration,
            pinned: [("linger.ms", "0"), ("message.max.bytes", "4000000")], log: .silent)
        defer { producer.close(upTo: closing) }
        let topic = try producer.topic("t.order.updated")
        let long = body("order.shipped", 1, padding: 1_200_000)
        let key = Array("order-1".utf8)
        _ = producer.produce(
            to: topic, key: key.span, value: long.span, headers: RecordHeaders(), identity: 0)
        var events = ProducerEvents()
        try eventually("a report") {
            _ = producer.poll(upTo: .milliseconds(50), into: &events)
            return !events.reports.isEmpty
        }
        try #require(events.reports.first?.failure == nil)
        try store.begin()
        try keep(long, key: "order-1", offset: 0)
        try keep(long + [UInt8(ascii: " ")], key: "order-1", offset: 0)
        try keep(long, key: "order-1", offset: 5)
        try store.commit()
        let summary = try retry(judge(cluster.configuration))
        #expect(summary.applied == [.applied: 1])
        #expect(summary.staying == [.envelope: 2])
        let letters = try store.deadLetters(DeadLetterSelection(), after: 0, limit: 10)
        #expect(letters.map(\.number) == [2, 3])
        #expect(letters.allSatisfy { $0.detail.contains("Kafka") })
    }
}
