import Events
import Kafka
import Support
import Telemetry
import Testing

@testable import Publisher

/// Over the Kafka in memory, which shows records of a transaction before it is committed.
@Suite(.timeLimit(.minutes(10))) struct RedriveTests {
    private let cluster: MockCluster
    private let kafka: KafkaConfiguration

    init() throws {
        cluster = try MockCluster()
        for topic in ["quarantine", "order.updated"] {
            try cluster.createTopic("telness.\(topic)", partitions: 2)
        }
        kafka = cluster.configuration
    }

    private var redrive: Redrive {
        Redrive(
            RedriveSettings(
                kafka: kafka, publisher: PublisherConfiguration(), catalogue: .shipped,
                source: "test", bodyLimit: 1 << 20,
                futureLimit: EventScanner.standardFutureLimit), log: .silent)
    }

    private var reader: QuarantineReader { QuarantineReader(kafka, log: .silent) }

    /// Puts a body into the quarantine as the publisher does, a time for each number.
    private func hold(_ bodies: [[UInt8]], reason: String = "type") throws {
        let producer = try KafkaProducer(
            kafka, pinned: [("linger.ms", "0"), ("partitioner", "murmur2_random")], log: .silent)
        defer { producer.close(upTo: .seconds(5)) }
        let topic = try producer.topic("telness.quarantine")
        for (number, body) in bodies.enumerated() {
            var headers = RecordHeaders()
            headers.add(HeaderName.reason, reason)
            headers.add(HeaderName.sequence, decimal: UInt64(number + 1))
            headers.add(HeaderName.receivedAt, "2026-03-01T10:00:0\(number)Z")
            let key = "key-\(number)"
            _ = producer.produce(
                to: topic, key: key.utf8Span.span, value: body.span, headers: headers,
                identity: 0)
        }
        var events = ProducerEvents()
        try eventually("the quarantine's records") {
            _ = producer.poll(upTo: .milliseconds(50), into: &events)
            return events.reports.count == bodies.count
        }
    }

    private func events(_ count: Int) throws -> [[UInt8]] {
        try (0..<count).map { number in
            try Fixture.body(
                "order.updated", eventID: "A1B2C3D4-0000-4000-8000-00000000000\(number)",
                key: "order-\(number)")
        }
    }

    /// Each record of the topic: its key, and the sequence it carries.
    private func published() throws -> [String: [String]] {
        let consumer = try KafkaConsumer(kafka, log: .silent)
        defer { consumer.close(upTo: .seconds(5)) }
        var open = Set((0..<2).map { TopicPartition("telness.order.updated", $0) })
        try consumer.assign(Dictionary(uniqueKeysWithValues: open.map { ($0, .beginning) }))
        var found: [String: [String]] = [:]
        try eventually("the end of the topic") {
            consumer.poll(limit: 100, upTo: .milliseconds(100)) { record in
                let key = String(decoding: record.key ?? [], as: UTF8.self)
                let sequence = record.header("hookline-sequence") ?? []
                found[key, default: []].append(String(decoding: sequence, as: UTF8.self))
            } signal: { signal in
                if case .end(let partition, _) = signal { open.remove(partition) }
            }
            return open.isEmpty
        }
        return found
    }

    private func run(batch: Int = 500) throws -> [RedriveOutcome] {
        var outcomes: [RedriveOutcome] = []
        try redrive.run(RedriveSelection(), batch: batch) { outcomes += $0 }
        return outcomes
    }

    @Test func `a plan says what would go where, and changes nothing`() throws {
        defer { cluster.close(upTo: .seconds(5)) }
        try hold(events(2) + [Array("{}".utf8)])
        var outcomes: [RedriveOutcome] = []
        var expected = 0
        try redrive.plan(RedriveSelection()) {
            expected = $0
        } _: {
            outcomes.append($0)
        }
        #expect(expected == 3)
        let goals = outcomes.compactMap { outcome in
            if case .goes(let topic, let key) = outcome.result { "\(topic) \(key)" } else { nil }
        }
        #expect(
            Set(goals) == ["telness.order.updated order-0", "telness.order.updated order-1"])
        #expect(try published().isEmpty)
        #expect(try reader.list().allSatisfy { $0.redrivenTo == nil })
    }

    @Test(arguments: [1, 2, 500])
    func `what goes is published once, marked, and not meant again`(batch: Int) throws {
        defer { cluster.close(upTo: .seconds(5)) }
        try hold(events(5) + [Array("{}".utf8)])
        let outcomes = try run(batch: batch)
        #expect(outcomes.count == 6)
        let sequences = Dictionary(
            uniqueKeysWithValues: (0..<5).map { ("order-\($0)", ["\($0 + 1)"]) })
        #expect(try published() == sequences)
        let records = try reader.list()
        #expect(records.count == 6)
        #expect(records.filter { $0.redrivenTo == "telness.order.updated" }.count == 5)
        let again = try run(batch: batch)
        #expect(again.count == 1)
        #expect(try published() == sequences)
    }

    @Test func `what was set aside is neither redriven nor meant again, and tells why`() throws {
        defer { cluster.close(upTo: .seconds(5)) }
        try hold(events(3))
        var selection = RedriveSelection()
        selection.places = Set(try reader.list().prefix(2).map(\.place))
        var counts: [Int] = []
        for _ in 0..<2 { try redrive.drop(selection, because: "a test") { counts.append($0) } }
        #expect(counts == [2])
        let records = try reader.list()
        #expect(records.filter { $0.dropReason == "a test" }.count == 2)
        #expect(records.filter(\.isOpen).count == 1)
        #expect(try run().count == 1)
        #expect(try published().count == 1)
        #expect(try reader.list().allSatisfy { !$0.isOpen })
    }

    @Test func `a marker is shown as what it is`() throws {
        defer { cluster.close(upTo: .seconds(5)) }
        try hold(events(1))
        let place = try #require(try reader.list().first?.place)
        _ = try run()
        guard case .record(let record, let body) = try reader.show(place) else {
            Issue.record("no record at \(place)")
            return
        }
        #expect(record.sequence == 1)
        #expect(try body == events(1)[0])
        let next = QuarantinePlace(partition: place.partition, offset: place.offset + 1)
        #expect(
            try reader.show(next)
                == .marker(RedriveMarker(place: place, end: .redriven(to: "telness.order.updated")))
        )
        let beyond = QuarantinePlace(partition: place.partition, offset: place.offset + 9)
        #expect(try reader.show(beyond) == nil)
    }

    @Test func `what Kafka refuses stays with its reason`() throws {
        defer { cluster.close(upTo: .seconds(5)) }
        try hold(events(1), reason: "refused")
        cluster.failNext(.produce, [.messageTooLarge, .messageTooLarge])
        let outcomes = try run()
        guard case .stays(let why) = outcomes.first?.result else {
            Issue.record("\(outcomes)")
            return
        }
        #expect(why.contains("too large"))
        cluster.clearFailures(of: .produce)
        #expect(try reader.list().map(\.redrivenTo) == [nil])
    }

    @Test func `a missing topic is a reason to stay`() throws {
        defer { cluster.close(upTo: .seconds(5)) }
        let text = String(decoding: try events(1)[0], as: UTF8.self)
            .replacing("order.updated", with: "order.cancelled")
        try hold([Array(text.utf8)])
        cluster.setError(.unknownTopicOrPartition, ofTopic: "telness.order.cancelled")
        guard case .stays(let why) = try run().first?.result else {
            Issue.record("it went")
            return
        }
        #expect(why.contains("telness.order.cancelled is missing"))
    }
}
