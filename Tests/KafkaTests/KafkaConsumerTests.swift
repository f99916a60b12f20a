import Kafka
import Support
import Telemetry
import Testing

@Suite(.timeLimit(.minutes(10))) struct KafkaConsumerTests {
    let cluster: MockCluster
    let producer: KafkaProducer
    let consumer: KafkaConsumer
    let first = TopicPartition("events", 0)

    init() throws {
        cluster = try MockCluster()
        try cluster.createTopic("events", partitions: 1)
        try cluster.createTopic("others", partitions: 2)
        producer = try KafkaProducer(
            cluster.configuration, pinned: [("linger.ms", "0")], log: .silent)
        consumer = try KafkaConsumer(cluster.configuration, log: .silent)
    }

    private func end() {
        consumer.close(upTo: closing)
        producer.close(upTo: closing)
        cluster.close(upTo: closing)
    }

    /// Produces the numbers as texts and waits for their reports.
    private func fill(_ numbers: ClosedRange<Int>, _ name: String = "events") throws {
        let topic = try producer.topic(name)
        for number in numbers { _ = producer.produce("\(number)", key: "k", to: topic) }
        _ = try producer.reports(numbers.count)
    }

    @Test func `records come in order from the offset asked for, then the end`() throws {
        defer { end() }
        try fill(0...9)
        try consumer.assign([first: .next(4)])
        let seen = try consumer.read("the end") { !$1.isEmpty }
        #expect(seen.records.map(\.value) == (4...9).map(String.init))
        #expect(seen.records.map(\.offset) == Array(4...9))
        #expect(seen.records.allSatisfy { $0.key == "k" })
        #expect(seen.signals == [.end(first, nextOffset: 10)])
    }

    @Test func `the end comes again after more records`() throws {
        defer { end() }
        try fill(0...0)
        try consumer.assign([first: .beginning])
        _ = try consumer.read("the end") { !$1.isEmpty }
        try fill(1...1)
        let seen = try consumer.read("the next end") { !$1.isEmpty }
        #expect(seen.records.map(\.value) == ["1"])
        #expect(seen.signals == [.end(first, nextOffset: 2)])
    }

    @Test func `a tombstone has no value, and an empty value is one`() throws {
        defer { end() }
        let topic = try producer.topic("events")
        let key = Array("k".utf8)
        let none: [UInt8] = []
        _ = producer.produce(
            to: topic, key: key.span, value: nil, headers: RecordHeaders(), identity: 1)
        _ = producer.produce(
            to: topic, key: none.span, value: none.span, headers: RecordHeaders(), identity: 2)
        _ = try producer.reports(2)
        try consumer.assign([first: .beginning])
        let seen = try consumer.read("both") { records, _ in records.count == 2 }
        #expect(seen.records.map(\.value) == [nil, ""])
        #expect(seen.records.map(\.key) == ["k", ""])
    }

    @Test func `headers arrive as they were sent`() throws {
        defer { end() }
        let topic = try producer.topic("events")
        var headers = RecordHeaders()
        headers.add("ce_id", "a-1")
        headers.add("number", decimal: 0)
        headers.add("number", decimal: 18_446_744_073_709_551_615)
        headers.add("raw", [UInt8]([0, 255]))
        headers.add("empty", "")
        _ = producer.produce(to: topic, key: nil, value: nil, headers: headers, identity: 1)
        _ = try producer.reports(1)
        try consumer.assign([first: .beginning])
        var names: [String] = []
        var values: [[UInt8]?] = []
        var last: [UInt8]?
        var missing: [UInt8]? = []
        try eventually("the record") {
            consumer.poll(limit: 1, upTo: .milliseconds(100)) { record in
                names = record.headers.map(\.name)
                values = record.headers.map(\.value)
                last = record.header("number")
                missing = record.header("nothing")
            } signal: { _ in
            }
            return !names.isEmpty
        }
        #expect(names == ["ce_id", "number", "number", "raw", "empty"])
        let greatest = Array("18446744073709551615".utf8)
        #expect(values == [Array("a-1".utf8), Array("0".utf8), greatest, [0, 255], []])
        #expect(last == greatest)
        #expect(missing == nil)
    }

    @Test func `an offset that is not there stops its partition with a signal`() throws {
        defer { end() }
        try fill(0...2)
        try fill(0...0, "others")
        try consumer.assign([first: .next(50)])
        let seen = try consumer.read("the signal") { !$1.isEmpty }
        guard case .outOfRange(first, let error) = seen.signals.first else {
            Issue.record("\(seen.signals)")
            return
        }
        #expect(error.code == .offsetReset)
        try consumer.seek(first, to: .next(1))
        let again = try consumer.read("the rest") { !$1.isEmpty }
        #expect(again.records.map(\.value) == ["1", "2"])
    }

    @Test func `a paused partition waits, an unassigned one is gone`() throws {
        defer { end() }
        try fill(0...4)
        try fill(0...4, "others")
        let other = (0..<2).map { TopicPartition("others", $0) }
        try consumer.assign([first: .beginning, other[0]: .beginning, other[1]: .beginning])
        try consumer.pause([first])
        let seen = try consumer.read("the others") { records, _ in records.count >= 5 }
        #expect(seen.records.allSatisfy { $0.key == "k" })
        try consumer.unassign(other)
        try consumer.resume([first])
        let rest = try consumer.read("the end of the paused one") { _, signals in
            signals.contains(.end(first, nextOffset: 5))
        }
        #expect(rest.records.map(\.value) == (0...4).map(String.init))
    }

    @Test func `one record is read at an offset beside what is assigned`() throws {
        defer { end() }
        try fill(0...4)
        var seen: SeenRecord?
        let found = try consumer.read(first, at: 3, upTo: .seconds(10)) { seen = SeenRecord($0) }
        #expect(found)
        #expect(seen?.value == "3")
        #expect(try !consumer.read(first, at: 5, upTo: .seconds(10)) { _ in })
        #expect {
            _ = try consumer.read(first, at: 9, upTo: .seconds(10)) { _ in }
        } throws: { ($0 as? KafkaError)?.code == .offsetReset }
        try consumer.assign([first: .next(4)])
        let rest = try consumer.read("the last") { records, _ in !records.isEmpty }
        #expect(rest.records.map(\.value) == ["4"])
    }

    @Test func `watermarks and partition counts can be asked for`() throws {
        defer { end() }
        try fill(0...4)
        #expect(
            try consumer.watermarks(of: first, upTo: .seconds(10)) == Watermarks(low: 0, high: 5))
        #expect(try consumer.metadata(of: "others", upTo: .seconds(10)).partitions == 2)
    }

    @Test func `next offsets can be committed without joining a group`() throws {
        defer { end() }
        try fill(0...4)
        try consumer.commit([first: 3], waiting: true)
        #expect(try consumer.committed([first], upTo: .seconds(10)) == [first: 3])
    }

    @Test func `a closure's error ends the poll and leaks nothing`() throws {
        defer { end() }
        struct Enough: Error {}
        try fill(0...4)
        try consumer.assign([first: .beginning])
        #expect(throws: Enough.self) {
            try eventually("the error") { () throws -> Bool in
                try consumer.poll(limit: 100, upTo: .milliseconds(100)) {
                    (record: borrowing KafkaRecord) throws(Enough) in
                    if record.offset == 1 { throw Enough() }
                } signal: { (_) throws(Enough) in
                }
                return false
            }
        }
        #expect(consumer.close(upTo: closing))
    }

    @Test func `a client that is forgotten ends by itself`() throws {
        defer { end() }
        try fill(0...0)
        do {
            let forgotten = try KafkaConsumer(cluster.configuration, log: .silent)
            try forgotten.assign([first: .beginning])
            _ = try forgotten.read("the record") { records, _ in !records.isEmpty }
        }
        try consumer.assign([first: .beginning])
        let seen = try consumer.read("the record again") { records, _ in !records.isEmpty }
        #expect(seen.records.map(\.value) == ["0"])
    }

    @Test func `brokers away are a signal of the client`() throws {
        defer { end() }
        try consumer.assign([first: .beginning])
        _ = try consumer.read("the end") { !$1.isEmpty }
        try cluster.stopBroker()
        let seen = try consumer.read("an error of the client") { _, signals in
            signals.contains { if case .client = $0 { true } else { false } }
        }
        #expect(seen.records.isEmpty)
        try cluster.startBroker()
        try fill(0...0)
        let back = try consumer.read("the record") { records, _ in !records.isEmpty }
        #expect(back.records.map(\.value) == ["0"])
    }
}
