import Events
import Journal
import Kafka
import Support
import Telemetry
import Testing
import Threads

@testable import Publisher

/// `exactly-once` over a real Kafka: every reader here reads what is committed.
@Suite(
    .enabled(if: RealKafka.isAvailable, "no Kafka: \(RealKafka.whyNot ?? "")"),
    .timeLimit(.minutes(10)))
struct ExactlyOnceTests {
    /// A publisher on a thread of its own, and how it ended.
    private final class Running: Sendable {
        let loop: PublishLoop
        private let failure = Monitor<(any Error)?>(nil)
        private let worker = Monitor<Worker?>(nil)

        init(_ loop: PublishLoop) {
            self.loop = loop
            let failure = failure
            let made = Worker("publisher") {
                do { try loop.run() } catch { failure.withLock { $0 = error } }
            }
            worker.withLock { $0 = made }
        }

        func end() -> (any Error)? {
            loop.stop()
            return join()
        }

        func join() -> (any Error)? {
            worker.withLock { $0.take() }?.join()
            return failure.withLock { $0 }
        }
    }

    /// One Kafka for all scenarios, each with topics and a journal of its own.
    private let node: RealKafka

    init() throws { node = try RealKafka() }

    private func kafka(_ prefix: String) -> KafkaConfiguration {
        var kafka = KafkaConfiguration(bootstrapServers: node.bootstrapServers)
        kafka.topicPrefix = prefix
        return kafka
    }

    private func makeTopics(_ prefix: String, but left: String = "") throws {
        let admin = try KafkaAdmin(kafka(prefix), log: .silent)
        defer { admin.close(upTo: .seconds(5)) }
        for (name, partitions) in [("order.updated", 3), ("license.created", 3), ("journal", 1)]
        where name != left {
            try admin.createTopic(
                prefix + name, partitions: partitions, replicas: 1, upTo: .seconds(10))
        }
    }

    private func start(
        _ prefix: String, _ journal: JournalTail, hooks: PublisherHooks = PublisherHooks(),
        log: Log = .silent
    ) -> Running {
        var configuration = PublisherConfiguration()
        configuration.delivery = .exactlyOnce
        configuration.windowRecords = 200
        return Running(
            PublishLoop(
                journal: journal, kafka: kafka(prefix), configuration: configuration,
                router: RecordRouter(.shipped, topicPrefix: prefix, source: "test"),
                bodyLimit: 1 << 20, hooks: hooks, metrics: Metrics(), log: log))
    }

    /// The committed sequences of a topic, by partition.
    private func committed(_ topic: String) throws -> [[UInt64]] {
        let consumer = try KafkaConsumer(kafka(""), log: .silent)
        defer { consumer.close(upTo: .seconds(5)) }
        let partitions = (0..<3).map { TopicPartition(topic, $0) }
        var open = Set(partitions)
        var found: [Int32: [UInt64]] = [:]
        try consumer.assign(Dictionary(uniqueKeysWithValues: partitions.map { ($0, .beginning) }))
        try eventually("the end of \(topic)", upTo: .seconds(30)) {
            consumer.poll(limit: 1_000, upTo: .milliseconds(100)) { record in
                let header = record.header("hookline-sequence") ?? []
                let sequence = UInt64(String(decoding: header, as: UTF8.self)) ?? 0
                found[record.partition, default: []].append(sequence)
            } signal: { signal in
                if case .end(let partition, _) = signal { open.remove(partition) }
            }
            return open.isEmpty
        }
        return found.sorted { $0.key < $1.key }.map(\.value)
    }

    private func expectOnce(_ topic: String, _ sequences: some Sequence<UInt64>) throws {
        let found = try committed(topic)
        #expect(found.flatMap { $0 }.sorted() == sequences.sorted())
        for partition in found { #expect(partition == partition.sorted(), "order in \(topic)") }
    }

    @Test func `each event is there once, whatever breaks, and no copy skips one`() throws {
        try clientsThatBreakAndCrashes()
        try missingJournalTopic()
        try aTopicThatComesLater()
        try aRecordThatIsTooLarge()
        try fencing()
        try fencingByNobody()
        try lostPosition()
        try copies()
        node.crash()
    }

    /// Clients break in the middle; publishers start again without the journal's own checkpoint.
    private func clientsThatBreakAndCrashes() throws {
        try makeTopics("once.")
        let journal = MemoryJournal()
        // What a crash loses: none of it was ever noted.
        let tail = journal.tail(record: { _ in })
        let breaker = ClientBreaker()
        for round in 1...4 {
            let running = start("once.", tail, hooks: breaker.hooks)
            try breaker.breakClient(at: UInt64(round * 500 - 300)) {
                for number in 0..<500 { journal.append(key: "order-\(number % 20)") }
            }
            if round.isMultiple(of: 2) {
                #expect(breaker.waitForPublished(UInt64(round * 500)))
            }
            #expect(running.end() == nil)
        }
        breaker.forget()
        try expectOnce("once.order.updated", 1...2_000)
    }

    private func missingJournalTopic() throws {
        try makeTopics("late.", but: "journal")
        let journal = MemoryJournal()
        journal.append()
        let running = start("late.", journal.tail)
        try eventually("a word about the topic", upTo: .seconds(30)) {
            if case .waitingForKafka(let why) = running.loop.status {
                why.contains("late.journal") && why.contains("topics create")
            } else {
                false
            }
        }
        let admin = try KafkaAdmin(kafka("late."), log: .silent)
        try admin.createTopic("late.journal", partitions: 1, replicas: 1, upTo: .seconds(10))
        admin.close(upTo: .seconds(5))
        #expect(journal.waitForPublished(1))
        #expect(running.end() == nil)
    }

    /// A lane in transactions, over a start without the journal's own checkpoint.
    private func aTopicThatComesLater() throws {
        try makeTopics("lane.", but: "license.created")
        let journal = MemoryJournal()
        func append(_ count: Int) {
            for number in 0..<count {
                journal.append(
                    type: number.isMultiple(of: 2) ? "order.updated" : "license.created",
                    key: "k-\(number % 7)")
            }
        }
        append(200)
        let first = start("lane.", journal.tail)
        try eventually("the others to go on", upTo: .seconds(30)) { journal.published == 200 }
        #expect(first.loop.unwritableTopics.keys.sorted() == ["lane.license.created"])
        #expect(first.end() == nil)
        let second = start("lane.", journal.tail(published: { PublishPosition(through: 0) }))
        append(200)
        try eventually("the lane in Kafka's position", upTo: .seconds(30)) {
            journal.published == 400 && journal.position.lowest == 1
        }
        let admin = try KafkaAdmin(kafka("lane."), log: .silent)
        try admin.createTopic(
            "lane.license.created", partitions: 3, replicas: 1, upTo: .seconds(10))
        admin.close(upTo: .seconds(5))
        append(100)
        #expect(journal.waitForPublished(500, upTo: .seconds(60)))
        #expect(second.end() == nil)
        try expectOnce("lane.order.updated", stride(from: 1, through: 499, by: 2).map(UInt64.init))
        try expectOnce(
            "lane.license.created", stride(from: 2, through: 500, by: 2).map(UInt64.init))
    }

    /// The broker refuses a batch: the transaction is undone, and one record goes elsewhere.
    private func aRecordThatIsTooLarge() throws {
        try makeTopics("large.", but: "order.updated")
        let admin = try KafkaAdmin(kafka("large."), log: .silent)
        try admin.createTopic(
            "large.order.updated", partitions: 3, replicas: 1,
            settings: ["max.message.bytes": "20000"], upTo: .seconds(10))
        try admin.createTopic("large.quarantine", partitions: 3, replicas: 1, upTo: .seconds(10))
        admin.close(upTo: .seconds(5))
        let journal = MemoryJournal()
        for number in 1...60 {
            let body = [UInt8](
                repeating: UInt8(ascii: "x"), count: [20, 40].contains(number) ? 40_000 : 100)
            journal.append(key: "order-\(number % 4)", body: body)
        }
        let running = start("large.", journal.tail)
        #expect(journal.waitForPublished(60, upTo: .seconds(120)))
        #expect(running.end() == nil)
        try expectOnce("large.order.updated", (1...60).filter { $0 != 20 && $0 != 40 })
        try expectOnce("large.quarantine", [20, 40])
    }

    private func fencing() throws {
        try makeTopics("fence.")
        let journal = MemoryJournal()
        journal.append()
        let older = start("fence.", journal.tail)
        #expect(journal.waitForPublished(1))
        let newer = start("fence.", journal.tail(record: { _ in }))
        try eventually("the newer one to publish", upTo: .seconds(30)) {
            newer.loop.status.isPublishing
        }
        for _ in 0..<50 { journal.append() }
        try eventually("the older one to end", upTo: .seconds(60)) {
            older.loop.status == .stopped
        }
        let failure = older.join() as? PublisherError
        #expect(failure == .fenced(transactionalID: PublishTransaction.name(of: journal.id)))
        #expect(newer.end() == nil)
        let last = start("fence.", journal.tail)
        #expect(journal.waitForPublished(51))
        #expect(last.end() == nil)
        try expectOnce("fence.order.updated", 1...51)
    }

    /// A client is fenced and no other process has committed: it is this one's own pause.
    private func fencingByNobody() throws {
        try makeTopics("pause.")
        let journal = MemoryJournal()
        let breaker = ClientBreaker(code: .fenced)
        let running = start("pause.", journal.tail, hooks: breaker.hooks)
        try breaker.breakClient(at: 200) {
            for number in 0..<500 { journal.append(key: "order-\(number % 20)") }
        }
        #expect(journal.waitForPublished(500))
        #expect(running.end() == nil)
        breaker.forget()
        try expectOnce("pause.order.updated", 1...500)
    }

    /// Kafka does not know the journal, whose checkpoint says that it was published.
    private func lostPosition() throws {
        try makeTopics("lost.")
        let journal = MemoryJournal()
        for _ in 0..<20 { journal.append() }
        let lines = Monitor<[String]>([])
        let log = Log("", format: .json, level: .warning) { line in
            lines.withLock { $0.append(line) }
        }
        let tail = journal.tail(published: { PublishPosition(through: 12) })
        let running = start("lost.", tail, log: log)
        #expect(journal.waitForPublished(20))
        #expect(running.end() == nil)
        let told = lines.withLock { $0 }.filter { $0.contains("Kafka lacks the last position") }
        #expect(told.count == 1)
        #expect(told.allSatisfy { $0.contains("\"first\":13,\"last\":20") }, "\(told)")
        try expectOnce("lost.order.updated", 13...20)
    }

    /// An old copy, and one that went its own way: neither skips an event without a word.
    private func copies() throws {
        try makeTopics("copy.")
        let journal = MemoryJournal()
        for _ in 0..<20 { journal.append() }
        let running = start("copy.", journal.tail)
        #expect(journal.waitForPublished(20))
        #expect(running.end() == nil)

        let old = MemoryJournal(id: journal.id)
        for _ in 0..<10 { old.append() }
        #expect(
            start("copy.", old.tail).join() as? PublisherError
                == .beyondJournal(position: 20, last: 10))
        let other = MemoryJournal(id: journal.id)
        for _ in 0..<30 { other.append(body: Array("{\"copy\":true}".utf8)) }
        #expect(start("copy.", other.tail).join() as? PublisherError == .otherRecord(position: 20))
        let fresh = MemoryJournal(id: "another")
        for _ in 0..<5 { fresh.append(key: "fresh") }
        var hooks = PublisherHooks()
        hooks.renewal = .milliseconds(50)
        let third = start("copy.", fresh.tail, hooks: hooks)
        #expect(fresh.waitForPublished(5))
        try eventually("the position to be committed again while nothing comes") {
            third.loop.metrics.transactions.value >= 5
        }
        #expect(third.end() == nil)
        #expect(try committed("copy.order.updated").flatMap { $0 }.count == 25)
    }
}
