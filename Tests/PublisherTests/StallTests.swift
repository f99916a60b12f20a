import Events
import Journal
import Kafka
import Support
import Telemetry
import Testing
import Threads

@testable import Publisher

/// A broker of three dies, and with it the only replica of a partition.
@Suite(
    .enabled(if: RealKafka.isAvailable, "no Kafka: \(RealKafka.whyNot ?? "")"), .serialized,
    .timeLimit(.minutes(10)))
struct StallTests {
    private let cluster: KafkaCluster
    private let kafka: KafkaConfiguration
    private let journal = MemoryJournal()
    /// How many records the publisher may hand over, and has asked for.
    private let gate = Monitor((allowed: Int.max, asked: 0))

    init() throws {
        cluster = try KafkaCluster(nodes: 3)
        var kafka = KafkaConfiguration(bootstrapServers: cluster.bootstrapServers)
        kafka.topicPrefix = "s."
        self.kafka = kafka
    }

    /// Topics of three partitions, each led by another broker: of orders all may die but one.
    private func makeTopics(_ single: [String], _ double: [String] = []) throws {
        let admin = try KafkaAdmin(kafka, log: .silent)
        defer { admin.close(upTo: .seconds(5)) }
        let all =
            [("order.updated", 3, 3), ("journal", 1, 3)]
            + single.map { ($0, 3, 1) } + double.map { ($0, 3, 2) }
        for (name, partitions, replicas) in all {
            try admin.createTopic(
                "s." + name, partitions: partitions, replicas: replicas,
                settings: ["min.insync.replicas": "\(min(replicas, 2))"], upTo: .seconds(20))
        }
    }

    private func loop(_ delivery: PublisherConfiguration.Delivery) -> PublishLoop {
        var configuration = PublisherConfiguration()
        configuration.delivery = delivery
        configuration.windowRecords = 200
        // More than the brokers take to replace a dead leader, on a busy machine too.
        configuration.stallMilliseconds = 10_000
        let hooks = PublisherHooks(mayPublish: { [gate] _, _ in
            let asked = gate.update { gate -> Int in
                gate.asked += 1
                return gate.asked
            }
            gate.wait { $0.allowed >= asked ? () : nil }
            return true
        })
        return PublishLoop(
            journal: journal.tail, kafka: kafka, configuration: configuration,
            router: RecordRouter(.shipped, topicPrefix: "s.", source: "test"), bodyLimit: 1 << 20,
            hooks: hooks, metrics: Metrics(), log: .silent)
    }

    private func append(_ count: Int, _ types: [String]) {
        for number in 0..<count {
            journal.append(type: types[number % types.count], key: "key-\(number % 40)")
        }
    }

    /// The sequences of a topic by key, in the order of its partitions.
    private func published(_ topic: String) throws -> [String: [UInt64]] {
        let consumer = try KafkaConsumer(kafka, log: .silent)
        defer { consumer.close(upTo: .seconds(5)) }
        var open = Set((0..<Int32(3)).map { TopicPartition(topic, $0) })
        var found: [String: [UInt64]] = [:]
        try consumer.assign(Dictionary(uniqueKeysWithValues: open.map { ($0, .beginning) }))
        try eventually("the end of \(topic)", upTo: .seconds(60)) {
            consumer.poll(limit: 1_000, upTo: .milliseconds(100)) { record in
                let key = String(decoding: record.key ?? [], as: UTF8.self)
                let header = record.header("hookline-sequence") ?? []
                let sequence = UInt64(String(decoding: header, as: UTF8.self)) ?? 0
                found[key, default: []].append(sequence)
            } signal: { signal in
                if case .end(let partition, _) = signal { open.remove(partition) }
            }
            return open.isEmpty
        }
        return found
    }

    /// How many records of the topic are in an open transaction.
    private func open(_ topic: String) throws -> Int64 {
        try end(topic, committed: false) - end(topic, committed: true)
    }

    private func end(_ topic: String, committed: Bool) throws -> Int64 {
        let consumer = try KafkaConsumer(kafka, readsUncommitted: !committed, log: .silent)
        defer { consumer.close(upTo: .seconds(5)) }
        return try (0..<Int32(3)).reduce(0) {
            let partition = TopicPartition(topic, $1)
            return try $0 + consumer.watermarks(of: partition, upTo: .seconds(10)).high
        }
    }

    private func run(
        _ delivery: PublisherConfiguration.Delivery, _ body: (PublishLoop) throws -> Void
    ) throws {
        let loop = loop(delivery)
        let worker = Worker("publisher") { try? loop.run() }
        defer {
            gate.update { $0.allowed = .max }
            loop.stop()
            worker.join()
            for node in cluster.nodes { node.crash() }
        }
        try body(loop)
    }

    @Test func `a partition that is offline or has too few replicas delays its own topic only`()
        throws
    {
        let types = ["order.updated", "license.created", "order.submitted"]
        try makeTopics(["license.created"], ["order.submitted"])
        try run(.idempotent) { loop in
            append(120, types)
            #expect(journal.waitForPublished(120, upTo: .seconds(60)))
            cluster.nodes[2].crash()
            append(1_200, types)
            try eventually("the others to go on", upTo: .seconds(120)) {
                journal.published == 1_320
                    && loop.unwritableTopics.keys.sorted()
                        == ["s.license.created", "s.order.submitted"]
            }
            append(60, ["order.updated"])
            try eventually("the others to go on", upTo: .seconds(60)) {
                journal.published == 1_380
            }
            try cluster.nodes[2].restart()
            #expect(journal.waitForPublished(1_380, upTo: .seconds(180)))
            try eventually("all topics to be as any") { loop.unwritableTopics.isEmpty }
            var all: Set<UInt64> = []
            for type in types {
                for (key, sequences) in try published("s." + type) {
                    var seen: Set<UInt64> = []
                    let firsts = sequences.filter { seen.insert($0).inserted }
                    #expect(firsts == firsts.sorted(), "order of \(key) in \(type)")
                    all.formUnion(seen)
                }
            }
            #expect(all == Set(1...1_380))
        }
    }

    /// Kills the last broker in the middle of a transaction, of which the topic has records.
    private func killBroker(inTransactionOf topic: String, _ types: [String]) throws {
        gate.update { $0.allowed = $0.asked + 100 }
        append(200, types)
        try eventually("an open transaction with records", upTo: .seconds(60)) {
            try open(topic) > 0
        }
        cluster.nodes[2].crash()
        gate.update { $0.allowed = .max }
    }

    /// The broker dies in the middle of a transaction, of which it has records.
    @Test func `in transactions too, and what was undone meanwhile is there once`() throws {
        let types = ["order.updated", "license.created"]
        try makeTopics(["license.created"])
        try run(.exactlyOnce) { loop in
            append(100, types)
            #expect(journal.waitForPublished(100, upTo: .seconds(60)))
            try killBroker(inTransactionOf: "s.license.created", types)
            try eventually("the others to go on", upTo: .seconds(120)) {
                journal.published == 300
                    && loop.unwritableTopics.keys.sorted() == ["s.license.created"]
            }
            append(60, ["order.updated"])
            try eventually("the others to go on", upTo: .seconds(60)) { journal.published == 360 }
            try cluster.nodes[2].restart()
            #expect(journal.waitForPublished(360, upTo: .seconds(180)))
            for (type, first) in [("order.updated", UInt64(1)), ("license.created", 2)] {
                let found = try published("s." + type)
                for (key, sequences) in found {
                    #expect(sequences == sequences.sorted(), "order of \(key) in \(type)")
                }
                let own =
                    stride(from: first, through: 300, by: 2)
                    + (type == "order.updated" ? Array(301...360) : [])
                #expect(found.values.flatMap { $0 }.sorted() == own)
            }
        }
    }

    /// Kafka ends no transaction while a partition of it has too few replicas in sync.
    @Test func `in transactions, too few replicas in sync delay all, and the reason is told`()
        throws
    {
        let types = ["order.updated", "order.submitted"]
        try makeTopics([], ["order.submitted"])
        try run(.exactlyOnce) { loop in
            append(100, types)
            #expect(journal.waitForPublished(100, upTo: .seconds(60)))
            try killBroker(inTransactionOf: "s.order.submitted", types)
            try eventually("the reason", upTo: .seconds(120)) {
                if case .waitingForKafka(let why) = loop.status {
                    why.contains("fewer replicas in sync than min.insync.replicas")
                } else {
                    false
                }
            }
            try cluster.nodes[2].restart()
            #expect(journal.waitForPublished(300, upTo: .seconds(180)))
            for (type, first) in zip(types, UInt64(1)...) {
                let found = try published("s." + type).values
                for sequences in found { #expect(sequences == sequences.sorted()) }
                #expect(
                    found.flatMap { $0 }.sorted() == Array(stride(from: first, to: 301, by: 2)))
            }
        }
    }
}
