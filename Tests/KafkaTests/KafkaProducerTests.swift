import Kafka
import Support
import Telemetry
import Testing

@Suite(.timeLimit(.minutes(10))) struct KafkaProducerTests {
    let cluster: MockCluster
    let producer: KafkaProducer

    init() throws {
        cluster = try MockCluster()
        try cluster.createTopic("events", partitions: 4)
        producer = try KafkaProducer(
            cluster.configuration, defaults: [("linger.ms", "0")],
            pinned: [("enable.idempotence", "true"), ("partitioner", "murmur2_random")],
            log: .silent)
    }

    private func end() {
        producer.close(upTo: closing)
        cluster.close(upTo: closing)
    }

    @Test func `each record's number comes back with its place`() throws {
        defer { end() }
        let topic = try producer.topic("events")
        for number: UInt64 in 1...100 {
            guard case .queued = producer.produce("v", key: "one", to: topic, identity: number)
            else {
                Issue.record("not queued")
                return
            }
        }
        let reports = try producer.reports(100)
        #expect(reports.map(\.identity) == Array(1...100))
        #expect(reports.map(\.offset) == Array(0..<100))
        #expect(reports.allSatisfy { $0.failure == nil })
    }

    /// Hashes of `org.apache.kafka.common.utils.Utils.murmur2`, from its own test (UtilsTest).
    static let javaHashes: [(String, Int32)] = [
        ("21", -973_932_308), ("foobar", -790_332_482),
        ("a-little-bit-long-string", -985_981_536),
        ("a-little-bit-longer-string", -1_486_304_829),
        ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
        ("abc", 479_470_107),
    ]

    @Test(arguments: javaHashes)
    func `a key goes where a Java client would put it`(_ key: String, _ hash: Int32) throws {
        defer { end() }
        let topic = try producer.topic("events")
        _ = producer.produce("v", key: key, to: topic)
        #expect(try producer.reports(1).map(\.partition) == [(hash & 0x7fff_ffff) % 4])
    }

    @Test func `a full queue is an answer, and passes`() throws {
        producer.close(upTo: closing)
        let small = try KafkaProducer(
            cluster.configuration,
            pinned: [("queue.buffering.max.messages", "2"), ("linger.ms", "0")], log: .silent)
        defer {
            small.close(upTo: closing)
            cluster.close(upTo: closing)
        }
        let topic = try small.topic("events")
        var queued: Set<UInt64> = []
        for number: UInt64 in 1...3 {
            switch small.produce("v", to: topic, identity: number) {
            case .queued: queued.insert(number)
            case .queueFull: #expect(number == 3)
            case .refused(let error): Issue.record(error)
            }
        }
        #expect(queued == [1, 2])
        #expect(try Set(small.reports(2).map(\.identity)) == queued)
        guard case .queued = small.produce("v", to: topic, identity: 3) else {
            Issue.record("still full")
            return
        }
        #expect(try small.reports(1).map(\.identity) == [3])
    }

    @Test func `a record that is too large is refused at once`() throws {
        defer { end() }
        let topic = try producer.topic("events")
        let answer = producer.produce(String(repeating: "x", count: 1_100_000), to: topic)
        guard case .refused(let error) = answer else {
            Issue.record("taken")
            return
        }
        #expect(error.code == .messageTooLarge)
    }

    @Test func `a record with headers is refused at once where its topic is not there`() throws {
        let producer = try KafkaProducer(
            cluster.configuration, defaults: [("topic.metadata.propagation.max.ms", "0")],
            pinned: [("enable.idempotence", "true")], log: .silent)
        defer {
            producer.close(upTo: closing)
            end()
        }
        cluster.setError(.unknownTopicOrPartition, ofTopic: "gone")
        let topic = try producer.topic("gone")
        _ = try? producer.metadata(of: topic, upTo: .seconds(10))
        var headers = RecordHeaders()
        for name: StaticString in ["ce_id", "ce_type", "ce_source"] { headers.add(name, "value") }
        let value = Array("v".utf8)
        // What were freed twice would show in the memory that comes after, or to a sanitizer.
        for _ in 0..<10_000 {
            let answer = producer.produce(
                to: topic, key: nil, value: value.span, headers: headers, identity: 1)
            guard case .refused(let error) = answer, error.code == .unknownTopic else {
                Issue.record("\(answer)")
                return
            }
        }
    }

    @Test func `brokers that go away and come back lose and reorder nothing`() throws {
        defer { end() }
        let topic = try producer.topic("events")
        for number: UInt64 in 1...50 {
            _ = producer.produce("v", key: "k", to: topic, identity: number)
        }
        try cluster.stopBroker()
        for number: UInt64 in 51...100 {
            _ = producer.produce("v", key: "k", to: topic, identity: number)
        }
        try cluster.startBroker()
        let reports = try producer.reports(100)
        #expect(reports.map(\.identity) == Array(1...100))
        #expect(reports.map(\.offset) == Array(0..<100))
    }

    @Test func `a fatal error surfaces with its code, and every record gets a report`() throws {
        defer { end() }
        let topic = try producer.topic("events")
        _ = try producer.metadata(of: topic, upTo: .seconds(10))
        producer.failForTest(.outOfOrderSequence, "made for a test")
        var events = ProducerEvents()
        try eventually("the error") {
            _ = producer.poll(upTo: .milliseconds(100), into: &events)
            return !events.errors.isEmpty
        }
        #expect(events.errors.first?.code == .outOfOrderSequence)
        #expect(events.errors.first?.fatal == true)
        #expect(events.errors.first?.text.contains("made for a test") == true)
        #expect(producer.fatalError?.code == .outOfOrderSequence)
        guard case .refused(let error) = producer.produce("v", to: topic) else {
            Issue.record("taken")
            return
        }
        #expect(error.fatal)
    }

    @Test func `purged records are reported as purged`() throws {
        defer { end() }
        let topic = try producer.topic("events")
        try cluster.stopBroker()
        for number: UInt64 in 1...10 { _ = producer.produce("v", to: topic, identity: number) }
        producer.purge(inFlight: true)
        let reports = try producer.reports(10)
        #expect(Set(reports.map(\.identity)) == Set(1...10))
        #expect(
            reports.allSatisfy { $0.failure == .purgedInQueue || $0.failure == .purgedInFlight })
    }

    @Test func `the waiting thread can be woken`() {
        defer { end() }
        var events = ProducerEvents()
        producer.wake()
        #expect(!producer.poll(upTo: .seconds(50), into: &events) || events.reports.isEmpty)
    }

    @Test func `a setting that does not exist is an error with its name`() {
        defer { end() }
        #expect {
            var configuration = cluster.configuration
            configuration.properties = ["no.such.setting": "1"]
            _ = try KafkaProducer(configuration, log: .silent)
        } throws: { error in
            (error as? KafkaError)?.text.contains("no.such.setting") == true
        }
    }

    @Test func `metadata tells a topic's partitions, and that one is missing`() throws {
        defer { end() }
        let topic = try producer.topic("events")
        #expect(try producer.metadata(of: topic, upTo: .seconds(10)).partitions == 4)
        cluster.setError(.unknownTopicOrPartition, ofTopic: "gone")
        let gone = try producer.topic("gone")
        #expect {
            _ = try producer.metadata(of: gone, upTo: .seconds(10))
        } throws: { error in
            (error as? KafkaError)?.code == .unknownTopicOrPartition
        }
    }

    @Test func `a record may name its partition, and one without a leader is known`() throws {
        defer { end() }
        let topic = try producer.topic("events")
        let value: [UInt8] = []
        for partition in 0..<Int32(4) {
            _ = producer.produce(
                to: topic, partition: partition, key: nil, value: value.span,
                headers: RecordHeaders(), identity: UInt64(partition))
        }
        #expect(try producer.reports(4).allSatisfy { $0.partition == Int32($0.identity) })
        try cluster.setLeader(nil, of: TopicPartition("events", 2))
        #expect(try producer.metadata(of: topic, upTo: .seconds(10)).leaderless == [2])
        try cluster.setLeader(1, of: TopicPartition("events", 2))
        #expect(try producer.metadata(of: topic, upTo: .seconds(10)).leaderless == [])
    }
}
