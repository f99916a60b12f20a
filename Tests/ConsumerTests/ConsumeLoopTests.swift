import Consumer
import Events
import Kafka
import Projection
import Store
import Support
import Telemetry
import Testing

@Suite(.timeLimit(.minutes(10))) struct ConsumeLoopTests {
    let topics: TestTopics
    let directory: TemporaryDirectory
    let folder: StateFolder

    init() throws {
        topics = try TestTopics()
        directory = try TemporaryDirectory()
        folder = StateFolder(directory.path)
    }

    private func consume(
        _ catalogue: Catalogue = .shipped, batchRecords: Int = 100, observing: Bool = false
    ) throws -> RunningConsumer {
        try RunningConsumer(
            topics.cluster.configuration, folder, catalogue: catalogue, batchRecords: batchRecords,
            observing: observing)
    }

    @Test(arguments: [(1, 1), (2, 7), (3, 1000), (4, 100), (5, 30), (6, 100)])
    func `the state is that of the plain model, also when started again midway`(
        seed: Int, batchRecords: Int
    ) throws {
        defer { topics.end() }
        let history = RandomHistory(seed: seed, events: 200)
        let half = history.records.count / 2
        try topics.send(Array(history.records[..<half]))
        let first = try consume(ModelType.catalogue, batchRecords: batchRecords)
        if seed % 2 == 0 { try folder.reach(topics.ends) }
        try first.stop()
        try topics.send(Array(history.records[half...]))
        let second = try consume(ModelType.catalogue, batchRecords: batchRecords)
        try folder.reach(topics.ends)
        try second.stop()
        #expect(try folder.exported() == history.expected)
        #expect(try StateReader.open(folder).deadLetters(limit: 1000).count == history.foreign)
    }

    @Test func `each event comes to the history once, with its place and outcome`() throws {
        defer { topics.end() }
        let event = ModelEvent(type: "order.lineItemStatusChanged", id: "order-1", second: 2)
        let older = ModelEvent(type: "order.updated", id: "order-1", second: 1)
        let consumer = try consume()
        for record in [event, event, older].map(\.record) {
            try topics.send([record])
            try folder.reach(topics.ends)
        }
        try consumer.stop()
        let history = try StateReader.open(folder).history("order", "order-1")
        #expect(history.map(\.outcome) == [.applied, .duplicate, .stale])
        #expect(history.map(\.position.offset) == [0, 1, 0])
        #expect(
            history.map { $0.further.map { String(decoding: $0, as: UTF8.self) } }
                == [#"{"lineItemId":"line-1"}"#, #"{"lineItemId":"line-1"}"#, nil])
    }

    @Test func `dead letters are kept with their bytes, and nothing waits for them`() throws {
        defer { topics.end() }
        let event = ModelEvent(type: "order.updated", id: "order-1").record
        let consumer = try consume()
        try topics.send([
            TestRecord(topic: "order.updated", key: "k", value: nil),
            TestRecord(topic: "order.updated", key: nil, value: "{"), event,
        ])
        try folder.reach(topics.ends)
        try consumer.stop()
        let reader = try StateReader.open(folder)
        let letters = try reader.deadLetters(limit: 10).sorted {
            $0.reason.rawValue < $1.reason.rawValue
        }
        #expect(letters.map(\.reason) == [.tombstone, .json])
        #expect(letters.map(\.key) == [Array("k".utf8), nil])
        #expect(letters.map(\.value) == [nil, Array("{".utf8)])
        #expect(try reader.state("order", "order-1") != nil)
    }

    @Test func `an observer is told of each record after its transaction`() throws {
        defer { topics.end() }
        let consumer = try consume(observing: true)
        let event = ModelEvent(type: "order.updated", id: "order-1", fields: [("a", "1")])
        try topics.send([event.record, TestRecord(topic: "license.ended", key: "x", value: nil)])
        try eventually("two events") { consumer.events.count == 2 }
        try consumer.stop()
        let applied = try #require(consumer.events.first { $0.type != nil })
        #expect(applied.entity == "order" && applied.id == "order-1")
        #expect(applied.outcome == .applied)
        #expect(applied.fields == ["a", "orderId"])
        #expect(applied.position.topic == "t.order.updated" && applied.position.offset == 0)
        #expect(consumer.events.first { $0.type == nil }?.deadLetter == .tombstone)
    }

    @Test func `it is ready when every topic is read`() throws {
        defer { topics.end() }
        let consumer = try consume()
        try eventually("readiness") { consumer.loop.status.isReady }
        try consumer.stop()
        #expect(consumer.loop.status.reasons == ["the consumer has ended"])
    }

    @Test func `Kafka away is waited for`() throws {
        defer { topics.end() }
        try topics.send([ModelEvent(type: "order.updated", id: "order-1").record])
        let consumer = try consume()
        try folder.reach(topics.ends)
        try topics.cluster.stopBroker()
        try eventually("the consumer to notice", upTo: .seconds(30)) {
            if case .waiting = consumer.loop.status.connection { true } else { false }
        }
        try topics.cluster.startBroker()
        try topics.send([ModelEvent(type: "order.updated", id: "order-1", second: 2).record])
        try folder.reach(topics.ends)
        try eventually("readiness") { consumer.loop.status.isReady }
        try consumer.stop()
        #expect(try StateReader.open(folder).history("order", "order-1").count == 2)
    }

    @Test func `a topic that comes later is read from then on`() throws {
        defer { topics.end() }
        topics.cluster.setError(.unknownTopicOrPartition, ofTopic: "t.order.cancelled")
        let consumer = try consume()
        try eventually("the missing topic") {
            consumer.loop.status.topics["t.order.cancelled"] != nil
        }
        topics.cluster.setError(.none, ofTopic: "t.order.cancelled")
        try topics.send([ModelEvent(type: "order.cancelled", id: "order-1").record])
        try folder.reach(topics.ends)
        try eventually("readiness") { consumer.loop.status.isReady }
        try consumer.stop()
    }
}
