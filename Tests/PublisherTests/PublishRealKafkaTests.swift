import Events
import Journal
import Kafka
import Publisher
import Support
import Telemetry
import Testing
import Threads

@Suite(
    .enabled(if: RealKafka.isAvailable, "no Kafka: \(RealKafka.whyNot ?? "")"),
    .timeLimit(.minutes(10)))
struct PublishRealKafkaTests {
    private let journal = MemoryJournal()
    private let rounds = 4
    private let perRound = 1_500

    @Test func `Kafka killed, started again, frozen and thawed: all arrives in order`() throws {
        let node = try RealKafka()
        let kafka = KafkaConfiguration(bootstrapServers: node.bootstrapServers)
        _ = try TopicsAdministration(
            kafka, TopicsConfiguration(), .shipped, maxMessageBytes: 1_114_112, log: .silent
        ).create()
        let loop = PublishLoop(
            journal: journal.tail, kafka: kafka, configuration: PublisherConfiguration(),
            router: RecordRouter(.shipped, topicPrefix: kafka.topicPrefix, source: "test"),
            bodyLimit: 1 << 20, metrics: Metrics(), log: .silent)
        let worker = Worker("publisher") { try? loop.run() }
        try disturb(node)
        #expect(journal.waitForPublished(UInt64(rounds * perRound), upTo: .seconds(60)))
        try expectAll(kafka)
        try endWhileFrozen(node, loop, worker)
    }

    private func append() {
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: 2_000)
        for number in 0..<perRound { journal.append(key: "order-\(number % 50)", body: body) }
    }

    private func disturb(_ node: RealKafka) throws {
        append()
        #expect(journal.waitForPublished(1))
        append()
        node.crash()
        append()
        try node.restart()
        append()
        node.freeze()
        node.thaw()
    }

    private func expectAll(_ kafka: KafkaConfiguration) throws {
        let consumer = try KafkaConsumer(kafka, log: .silent)
        defer { consumer.close(upTo: .seconds(5)) }
        let topic = "telness.order.updated"
        var open = Set((0..<6).map { TopicPartition(topic, $0) })
        var seen: Set<UInt64> = []
        var last: [Int32: UInt64] = [:]
        try consumer.assign(Dictionary(uniqueKeysWithValues: open.map { ($0, .beginning) }))
        try eventually("the end of the topic", upTo: .seconds(30)) {
            consumer.poll(limit: 1_000, upTo: .milliseconds(100)) { record in
                let header = record.header("hookline-sequence") ?? []
                let sequence = UInt64(String(decoding: header, as: UTF8.self)) ?? 0
                guard seen.insert(sequence).inserted else { return }
                #expect(sequence > last[record.partition] ?? 0)
                last[record.partition] = sequence
            } signal: { signal in
                if case .end(let partition, _) = signal { open.remove(partition) }
            }
            return open.isEmpty
        }
        #expect(seen == Set(1...UInt64(rounds * perRound)))
    }

    private func endWhileFrozen(
        _ node: RealKafka, _ loop: PublishLoop, _ worker: Worker
    ) throws {
        node.freeze()
        append()
        let start = MonotonicClock.now()
        loop.stop()
        worker.join()
        #expect(MonotonicClock.now() - start < 8_000_000_000)
        node.thaw()
    }
}
