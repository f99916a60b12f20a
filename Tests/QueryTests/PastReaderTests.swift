import Events
import Kafka
import Projection
import Store
import Support
import Telemetry
import Testing

@testable import Query

/// Over the embedded broker; what retention takes needs a real one and is in the flows.
@Suite(.timeLimit(.minutes(5)))
final class PastReaderTests {
    private let fixture: QueryFixture
    private let cluster: MockCluster
    private let producer: KafkaProducer
    private var next: [String: Int64] = [:]
    private let name = EntityName("thing", "thing-1")

    init() throws {
        fixture = try QueryFixture()
        cluster = try MockCluster()
        for entry in catalogue.entries { try cluster.createTopic(entry.topic, partitions: 1) }
        producer = try KafkaProducer(
            cluster.configuration, pinned: [("linger.ms", "0")], log: .silent)
    }

    deinit {
        producer.close(upTo: .seconds(5))
        cluster.close(upTo: .seconds(5))
    }

    /// Writes bodies into a topic of one partition, and gives the offset of the first.
    @discardableResult
    private func produce(_ bodies: [[UInt8]], to name: String, key: String) throws -> Int64 {
        let topic = try producer.topic(name)
        for (index, body) in bodies.enumerated() {
            _ = producer.produce(
                to: topic, key: Array(key.utf8).span, value: body.span, headers: RecordHeaders(),
                identity: UInt64(index))
        }
        var events = ProducerEvents()
        try eventually("the records to be written") {
            _ = producer.poll(upTo: .milliseconds(100), into: &events)
            return events.reports.count == bodies.count
        }
        defer { next[name, default: 0] += Int64(bodies.count) }
        return next[name, default: 0]
    }

    /// Publishes and applies.
    private func take(_ event: SampleEvent) throws {
        let offset = try produce([event.body], to: event.type, key: event.id)
        try fixture.apply(event, at: offset)
    }

    private func pastReader(
        events: Int = 100, milliseconds: Int = 20_000, isStopping: Bool = false
    ) -> PastReader {
        var configuration = QueryConfiguration()
        configuration.pastEvents = events
        configuration.pastMilliseconds = milliseconds
        var kafka = cluster.configuration
        kafka.topicPrefix = ""
        return PastReader(
            kafka, catalogue, .init(configuration), log: .silent, isStopping: { isStopping })
    }

    private func state(
        at second: Int64, _ past: PastReader? = nil
    ) throws(PastFailure) -> String {
        let past = past ?? pastReader()
        defer { past.close() }
        let reader: StateReader
        do {
            reader = try StateReader.open(fixture.folder)
        } catch {
            throw .store(error)
        }
        let time = Timestamp(seconds: 1_767_225_600).adding(seconds: second)
        let events = try past.events(of: name, by: time, in: reader)
        return String(decoding: try past.state(of: events).canonicalJSON, as: UTF8.self)
    }

    private func failure(_ body: () throws(PastFailure) -> String) -> String? {
        do throws(PastFailure) {
            _ = try body()
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test func `it is what had occurred by then, whenever it arrived`() throws {
        try take(SampleEvent(second: 10, number: 1, fields: #""a":1,"b":1"#))
        try take(SampleEvent(second: 30, number: 2, fields: #""a":3"#))
        // Late, and of another topic.
        try take(SampleEvent(type: "thing.reset", second: 20, number: 3, fields: #""a":2,"c":2"#))
        try take(SampleEvent(second: 40, number: 4, fields: #""a":null"#))
        #expect(try state(at: 10) == #"{"a":1,"b":1,"id":"thing-1"}"#)
        #expect(try state(at: 29) == #"{"a":2,"c":2,"id":"thing-1"}"#)
        #expect(try state(at: 30) == #"{"a":3,"c":2,"id":"thing-1"}"#)
        #expect(try state(at: 99) == #"{"a":null,"c":2,"id":"thing-1"}"#)
        #expect(
            failure { () throws(PastFailure) in try state(at: 9) }
                == "nothing of the thing thing-1 had occurred by then; its first event occurred at "
                + "2026-01-01T00:00:10Z")
    }

    @Test func `a thousand events among ten thousand of others are read in one answer`() throws {
        let foreign = (0..<9).map { SampleEvent(id: "thing-2", number: $0).body }
        var mine: [SampleEvent] = []
        var bodies: [[UInt8]] = []
        for number in 1...1_000 {
            let event = SampleEvent(second: number, number: number, fields: "\"n\":\(number)")
            mine.append(event)
            bodies += [event.body] + foreign
        }
        let first = try produce(bodies, to: "thing.changed", key: "thing-1")
        for (index, event) in mine.enumerated() {
            try fixture.apply(event, at: first + Int64(index) * 10)
        }
        #expect(try state(at: 700, pastReader(events: 1_000)) == #"{"id":"thing-1","n":700}"#)
        #expect(
            failure { () throws(PastFailure) in try state(at: 700, pastReader(events: 699)) }
                == "the thing thing-1 had more than 699 events by then, and query.pastEvents "
                + "allows no more to be fetched for one answer")
    }

    @Test func `another record where the event was is noticed, and so is none`() throws {
        let event = SampleEvent(second: 10)
        try produce([SampleEvent(second: 11).body], to: event.type, key: event.id)
        try fixture.apply(event, at: 0)
        #expect(
            failure { () throws(PastFailure) in try state(at: 10) }
                == "the record at thing.changed[0]@0 is another than the one that was applied from "
                + "there: the topic was made again")
        try take(SampleEvent(id: "thing-2"))
        let missing = try QueryFixture()
        try missing.apply(event, at: 77)
        let past = pastReader()
        defer { past.close() }
        let reader = try StateReader.open(missing.folder)
        let events = try past.events(of: name, by: .now(), in: reader)
        let error = #expect(throws: PastFailure.self) { try past.state(of: events) }
        #expect(
            error?.description == "there is no record at thing.changed[0]@77 any more: the topic "
                + "was cut, compacted or made again")
    }

    @Test func `without Kafka the time runs out, and the end of the process ends it too`() throws {
        try take(SampleEvent(second: 10))
        try cluster.stopBroker()
        #expect(
            failure { () throws(PastFailure) in
                try state(at: 10, pastReader(milliseconds: 100))
            }?.hasPrefix("Kafka gave 0 of 1 events") == true)
        #expect(
            failure { () throws(PastFailure) in try state(at: 10, pastReader(isStopping: true)) }
                == "the process ends")
    }
}
