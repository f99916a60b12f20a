import Events
import Journal
import Support
import Telemetry
import Testing
import Threads

@testable import Kafka
@testable import Publisher

@Suite(.timeLimit(.minutes(10))) struct RequeueTests {
    private let router = RecordRouter(.shipped, topicPrefix: "t.", source: "test")

    private func cluster(_ topics: [String]) throws -> MockCluster {
        let cluster = try MockCluster()
        for name in topics { try cluster.createTopic(name, partitions: 3) }
        return cluster
    }

    private func journal(_ count: Int) -> MemoryJournal {
        let journal = MemoryJournal()
        for number in 1...count {
            if number.isMultiple(of: 10) {
                journal.append(kind: .quarantined(.type), type: "x", key: nil)
            } else {
                journal.append(key: "order-\(number % 7)")
            }
        }
        return journal
    }

    private func records(_ journal: MemoryJournal) throws -> [JournalRecord] {
        let next = try journal.tail.read(0)
        var records: [JournalRecord] = []
        while let record = try next() { records.append(record) }
        return records
    }

    private func requeue(
        _ records: [JournalRecord], _ cluster: MockCluster,
        _ change: (inout PublisherConfiguration) -> Void = { _ in }
    ) throws -> RequeueReport {
        var configuration = PublisherConfiguration()
        change(&configuration)
        let requeue = try Requeue(
            cluster.configuration, configuration, router: router, bodyLimit: 1 << 20, log: .silent)
        var left = records[...]
        return requeue.run(
            { () throws(Never) in left.popFirst() }, progress: { _ throws(Never) in })
    }

    /// The records of a topic by partition: sequence, key, value, headers as one text each.
    private func published(_ topic: String, _ cluster: MockCluster) throws -> [Int32: [String]] {
        let consumer = try KafkaConsumer(cluster.configuration, log: .silent)
        defer { consumer.close(upTo: .seconds(5)) }
        let partitions = (0..<3).map { TopicPartition(topic, $0) }
        var open = Set(partitions)
        var found: [Int32: [String]] = [:]
        try consumer.assign(Dictionary(uniqueKeysWithValues: partitions.map { ($0, .beginning) }))
        try eventually("the end of \(topic)", upTo: .seconds(20)) {
            consumer.poll(limit: 1_000, upTo: .milliseconds(100)) { record in
                func text(_ bytes: [UInt8]?) -> String {
                    bytes.map { String(decoding: $0, as: UTF8.self) } ?? "-"
                }
                let names = ["ce_id", "ce_subject", "hookline-sequence", "hookline-received-at"]
                let headers = names.map { text(record.header($0)) }
                found[record.partition, default: []].append(
                    ([text(record.key), text(record.value)] + headers).joined(separator: "|"))
            } signal: { signal in
                if case .end(let partition, _) = signal { open.remove(partition) }
            }
            return open.isEmpty
        }
        return found
    }

    @Test func `records go again as the publisher sends them, in order, through a small window`()
        throws
    {
        let topics = ["t.order.updated", "t.quarantine"]
        let (first, second) = (try cluster(topics), try cluster(topics))
        defer {
            first.close(upTo: .seconds(5))
            second.close(upTo: .seconds(5))
        }
        let journal = journal(500)
        let report = try requeue(try records(journal), first) { $0.windowRecords = 20 }
        #expect(report.acknowledged == 500)
        #expect(report.topics["t.quarantine"] == .init(records: 50, acknowledged: 50))
        #expect(report.lowestFailed == nil)
        publish(journal, second)
        for topic in topics {
            let found = try published(topic, first)
            #expect(found.values.reduce(0) { $0 + $1.count } == (topic == topics[0] ? 450 : 50))
            // Without a key the partition is chance.
            guard topic == topics[0] else { continue }
            #expect(found == (try published(topic, second)))
        }
    }

    /// The same records by the publisher itself.
    private func publish(_ journal: MemoryJournal, _ cluster: MockCluster) {
        let loop = PublishLoop(
            journal: journal.tail, kafka: cluster.configuration,
            configuration: PublisherConfiguration(), router: router, bodyLimit: 1 << 20,
            metrics: Metrics(), log: .silent)
        let worker = Worker("publisher") { try? loop.run() }
        #expect(journal.waitForPublished(500))
        loop.stop()
        worker.join()
    }

    @Test func `a plan counts by topic and asks nobody`() throws {
        var left = try records(journal(30))[...]
        let report = Requeue.plan(router) { () throws(Never) in left.popFirst() }
        #expect(report.topics["t.order.updated"]?.records == 27)
        #expect(report.topics["t.quarantine"]?.records == 3)
        #expect(report.acknowledged == 0)
    }

    @Test func `a topic that is missing ends it, with the sequence to go on from`() throws {
        let cluster = try cluster(["t.order.updated", "t.quarantine"])
        defer { cluster.close(upTo: .seconds(5)) }
        cluster.setError(.unknownTopicOrPartition, ofTopic: "t.quarantine")
        let report = try requeue(try records(journal(30)), cluster)
        #expect(report.lowestFailed == 10)
        #expect(report.acknowledged == 9)
        #expect(report.reason?.contains("t.quarantine") == true)
    }

    @Test func `a record that is refused does not stop the others`() throws {
        let cluster = try cluster(["t.order.updated", "t.quarantine"])
        defer { cluster.close(upTo: .seconds(5)) }
        var records = try records(journal(5))
        let large = [UInt8](repeating: 120, count: 3 << 20)
        records[2] = JournalRecord(sequence: 3, entry: records[2].entry, body: large)
        let report = try requeue(records, cluster)
        #expect(report.records == 5)
        #expect(report.acknowledged == 4)
        #expect(report.lowestFailed == 3)
    }
}
