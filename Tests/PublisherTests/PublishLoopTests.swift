import Events
import Journal
import Support
import Synchronization
import Telemetry
import Testing
import Threads

@testable import Kafka
@testable import Publisher

@Suite(.timeLimit(.minutes(10))) struct PublishLoopTests {
    let cluster: MockCluster
    let journal = MemoryJournal()
    let metrics = Metrics()

    init() throws {
        cluster = try MockCluster()
        for name in ["t.order.updated", "t.license.created", "t.quarantine"] {
            try cluster.createTopic(name, partitions: 3)
        }
    }

    func loop(
        _ change: (inout PublisherConfiguration) -> Void = { _ in },
        hooks: PublisherHooks = PublisherHooks(), bodyLimit: Int = 1 << 20,
        oneRequestAtATime: Bool = false
    ) -> PublishLoop {
        var kafka = cluster.configuration
        // The embedded Kafka compares no sequence numbers: behind a request that it is told to
        // refuse it takes the next one, which a broker would not.
        if oneRequestAtATime { kafka.properties["max.in.flight"] = "1" }
        var configuration = PublisherConfiguration()
        change(&configuration)
        return PublishLoop(
            journal: journal.tail, kafka: kafka, configuration: configuration,
            router: RecordRouter(.shipped, topicPrefix: "t.", source: "test"),
            bodyLimit: bodyLimit, hooks: hooks, metrics: metrics, log: .silent)
    }

    /// Runs the loop beside the body, and ends it and the cluster.
    func run(_ loop: PublishLoop, _ body: () throws -> Void) throws {
        let part: any Part = loop
        let failure = Mutex<(any Error)?>(nil)
        let worker = Worker("publisher") {
            do { try part.run() } catch { failure.withLock { $0 = error } }
        }
        defer {
            cluster.close(upTo: .seconds(5))
        }
        let result = Result { try body() }
        part.stop()
        worker.join()
        try result.get()
        if let error = failure.withLock({ $0 }) { throw error }
        #expect(loop.status == .stopped)
    }

    /// All sequences of a topic, by key, in the order of their partition.
    func published(_ topic: String) throws -> [String: [UInt64]] {
        let consumer = try KafkaConsumer(cluster.configuration, log: .silent)
        defer { consumer.close(upTo: .seconds(5)) }
        let partitions = (0..<3).map { TopicPartition(topic, $0) }
        var open = Set(partitions)
        var found: [String: [UInt64]] = [:]
        try consumer.assign(Dictionary(uniqueKeysWithValues: partitions.map { ($0, .beginning) }))
        try eventually("the end of \(topic)", upTo: .seconds(20)) {
            consumer.poll(limit: 1_000, upTo: .milliseconds(100)) { record in
                let key = record.key.map { String(decoding: $0, as: UTF8.self) } ?? ""
                let sequence = record.header("hookline-sequence")
                let text = String(decoding: sequence ?? [], as: UTF8.self)
                found[key, default: []].append(UInt64(text) ?? 0)
            } signal: { signal in
                if case .end(let partition, _) = signal { open.remove(partition) }
            }
            return open.isEmpty
        }
        return found
    }

    func expectOrdered(_ found: [String: [UInt64]], _ count: UInt64) {
        var all: Set<UInt64> = []
        for (key, sequences) in found {
            // What was sent again comes after what it follows: first sights ascend.
            var seen: Set<UInt64> = []
            let firsts = sequences.filter { seen.insert($0).inserted }
            #expect(firsts == firsts.sorted(), "order of \(key)")
            all.formUnion(seen)
        }
        #expect(all == Set(1...count))
    }

    func append(_ count: Int) {
        for number in 0..<count { journal.append(key: "order-\(number % 7)") }
    }

    @Test func `records arrive in order with their body, and the checkpoint follows`() throws {
        try run(loop()) {
            append(500)
            #expect(journal.waitForPublished(500))
            expectOrdered(try published("t.order.updated"), 500)
        }
        #expect(metrics.render().contains("hookline_published_records_total 500"))
    }

    @Test func `the value is the body byte for byte`() throws {
        let body: [UInt8] = [0, 255, 10, 13] + Array("{\"ö\": 2.50}".utf8)
        try run(loop()) {
            journal.append(body: body)
            #expect(journal.waitForPublished(1))
            let consumer = try KafkaConsumer(cluster.configuration, log: .silent)
            defer { consumer.close(upTo: .seconds(5)) }
            var value: [UInt8]?
            for partition: Int32 in 0..<3 {
                _ = try consumer.read(
                    TopicPartition("t.order.updated", partition), at: 0, upTo: .seconds(10)
                ) { value = $0.value }
            }
            #expect(value == body)
        }
    }

    @Test func `a publisher goes on after the checkpoint of the one before`() throws {
        append(10)
        try journal.tail.record(PublishPosition(through: 4))
        try run(loop()) {
            #expect(journal.waitForPublished(10))
            let found = try published("t.order.updated").values.flatMap { $0 }.sorted()
            #expect(found == Array(5...10))
        }
    }

    @Test func `Kafka away at the start is waited for, and the end does not wait`() throws {
        try cluster.stopBroker()
        append(20)
        let loop = loop()
        try run(loop) {
            try eventually("a word about Kafka") {
                if case .waitingForKafka = loop.status { true } else { false }
            }
            try cluster.startBroker()
            #expect(journal.waitForPublished(20))
            #expect(loop.status.isPublishing)
            expectOrdered(try published("t.order.updated"), 20)
            try cluster.stopBroker()
            append(20)
            let start = MonotonicClock.now()
            loop.stop()
            try eventually("the end") { loop.status == .stopped }
            #expect(MonotonicClock.now() - start < 8_000_000_000)
        }
    }

    @Test func `Kafka that is back is noticed without a record`() throws {
        let loop = loop()
        try run(loop) {
            journal.append()
            #expect(journal.waitForPublished(1))
            try cluster.stopBroker()
            try eventually("a word about Kafka") {
                if case .waitingForKafka = loop.status { true } else { false }
            }
            try cluster.startBroker()
            try eventually("publishing") { loop.status.isPublishing }
        }
    }

    @Test func `Kafka that goes and comes back loses and reorders nothing`() throws {
        try run(loop { $0.windowRecords = 50 }) {
            for _ in 0..<5 {
                append(40)
                try cluster.stopBroker()
                append(40)
                try cluster.startBroker()
            }
            #expect(journal.waitForPublished(400))
            expectOrdered(try published("t.order.updated"), 400)
        }
    }

    @Test func `a client that breaks is replaced, without loss and in order`() throws {
        let breaker = ClientBreaker()
        let loop = loop({ $0.windowRecords = 100 }, hooks: breaker.hooks)
        try run(loop) {
            for round in 1...3 {
                try breaker.breakClient(at: UInt64(round * 200 - 150)) { append(200) }
            }
            append(50)
            #expect(journal.waitForPublished(650))
            expectOrdered(try published("t.order.updated"), 650)
            breaker.forget()
        }
    }

    /// Only a transaction tells that another process has taken over.
    @Test func `a client that is fenced is replaced`() throws {
        let breaker = ClientBreaker(code: .producerFenced)
        try run(loop({ $0.windowRecords = 100 }, hooks: breaker.hooks)) {
            try breaker.breakClient(at: 50) { append(200) }
            #expect(journal.waitForPublished(200))
            breaker.forget()
        }
    }

    @Test func `errors that pass are got over`() throws {
        try run(loop({ $0.windowRecords = 50 }, oneRequestAtATime: true)) {
            cluster.failNext(.produce, [.notLeader, .notEnoughReplicas, .none, .notLeader])
            append(300)
            #expect(journal.waitForPublished(300))
            expectOrdered(try published("t.order.updated"), 300)
        }
    }

    @Test func `the one record that Kafka refuses goes to the quarantine, the rest on`() throws {
        // The first request holds the batch, the second one record of it, the third is the next.
        cluster.failNext(.produce, [.messageTooLarge, .none, .messageTooLarge])
        for _ in 0..<5 { journal.append() }
        try run(loop({ $0.lingerMilliseconds = 50 }, oneRequestAtATime: true)) {
            #expect(journal.waitForPublished(5))
            let events = try published("t.order.updated")
            #expect(events == ["order-1": [1, 3, 4, 5]])
            let quarantined = try quarantine().list()
            #expect(quarantined.map(\.sequence) == [2])
            #expect(quarantined.map(\.reason) == ["refused"])
        }
    }

    private func quarantine() -> QuarantineReader {
        var kafka = cluster.configuration
        kafka.topicPrefix = "t."
        return QuarantineReader(kafka, log: .silent)
    }

    @Test func `what is quarantined goes to the quarantine`() throws {
        try run(loop()) {
            journal.append(kind: .quarantined(.type), type: "made.up", key: nil)
            journal.append()
            journal.append(kind: .quarantined(.conflict))
            #expect(journal.waitForPublished(3))
            let reader = quarantine()
            let list = try reader.list()
            #expect(Set(list.map(\.reason)) == ["type", "conflict"])
            let first = try #require(list.first { $0.reason == "type" })
            #expect(first.type == "made.up")
            #expect(first.sequence == 1)
            #expect(first.key == EventID(high: 1, low: 1).description)
            #expect(first.eventID == first.key)
            let body = Array("{\"n\":1}".utf8)
            #expect(try reader.show(first.place) == .record(first, body: body))
            let beyond = QuarantinePlace(partition: first.place.partition, offset: 99)
            #expect(try reader.show(beyond) == nil)
        }
    }

    @Test func `hooks see each record, and can hold them back`() throws {
        let seen = Mutex<[PublisherHooks.Published]>([])
        let allowed = Mutex(2)
        let hooks = PublisherHooks(
            published: { record in seen.withLock { $0.append(record) } },
            mayPublish: { topic, bytes in
                #expect(topic == "t.order.updated")
                #expect(bytes == 7)
                return allowed.withLock { allowed in
                    guard allowed > 0 else { return false }
                    allowed -= 1
                    return true
                }
            })
        try run(loop(hooks: hooks)) {
            for _ in 0..<3 { journal.append() }
            #expect(journal.waitForPublished(2))
            #expect(journal.published == 2)
            allowed.withLock { $0 = 10 }
            #expect(journal.waitForPublished(3))
            try eventually("the third to be told") { seen.withLock { $0.count == 3 } }
        }
        let records = seen.withLock { $0 }
        #expect(records.map(\.sequence) == [1, 2, 3])
        #expect(records.map(\.offset) == [0, 1, 2])
        #expect(Set(records.map(\.topic)) == ["t.order.updated"])
    }

    @Test func `the journal on disk is read as it grows`() throws {
        let folder = try TemporaryDirectory()
        var configuration = JournalConfiguration()
        configuration.folder = folder.file("journal")
        configuration.segmentBytes = 1 << 20
        let writer = try JournalWriter.open(configuration)
        let journal = Worker("journal") { try? writer.run() }
        let loop = PublishLoop(
            journal: JournalTail(writer), kafka: cluster.configuration,
            configuration: PublisherConfiguration(),
            router: RecordRouter(.shipped, topicPrefix: "t.", source: "test"), bodyLimit: 1_000,
            metrics: metrics, log: .silent)
        let publisher = Worker("publisher") { try? loop.run() }
        let body = Array("{}".utf8)
        for number in 1...50 {
            let id = EventID(high: 9, low: UInt64(number))
            writer.append(
                JournalEntry(
                    kind: .event, receivedAt: Timestamp.now(), type: "order.updated", key: "o",
                    eventID: id, eventIDText: id.description, occurredAtText: "",
                    bodyHash: BodyHash(hashing: body.span), apiKeyName: ""), body: body.span
            ) { _ in }
        }
        try eventually("all to be published") { writer.published.lowest == 50 }
        loop.stop()
        publisher.join()
        writer.stop()
        journal.join()
        expectOrdered(try published("t.order.updated"), 50)
        cluster.close(upTo: .seconds(5))
    }

    @Test func `a journal that cannot be read ends the publisher`() throws {
        struct Broken: Error {}
        let tail = JournalTail(
            id: "0", published: { PublishPosition(through: 0) }, durable: { 0 },
            read: { _ in { throw Broken() } }, wait: { _, _ in },
            record: { _ in })
        let loop = PublishLoop(
            journal: tail, kafka: cluster.configuration, configuration: PublisherConfiguration(),
            router: RecordRouter(.shipped, topicPrefix: "t.", source: "test"), bodyLimit: 1_000,
            metrics: metrics, log: .silent)
        #expect(throws: Broken.self) { try loop.run() }
        #expect(loop.status == .stopped)
        cluster.close(upTo: .seconds(5))
    }
}
