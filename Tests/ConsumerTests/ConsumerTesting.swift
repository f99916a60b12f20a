import Consumer
import Events
import Kafka
import Projection
import Store
import Support
import Synchronization
import Telemetry
import Testing
import Threads

/// How long a client may take to end in a test.
let closing = Duration.seconds(5)

/// A record for a topic, as anybody may write it.
struct TestRecord {
    var topic: String
    var key: String?
    var value: String?
}

/// An embedded Kafka with the topics of the model's catalogue, and a producer for it.
final class TestTopics {
    static let prefix = "t."

    let cluster: MockCluster
    private let producer: KafkaProducer
    private var topics: [String: KafkaTopic] = [:]
    /// The offset after the last record of each partition.
    private(set) var ends: [TopicPartition: Int64] = [:]
    private var sent: [String] = []

    init(partitions: Int = 2) throws {
        cluster = try MockCluster()
        for topic in Set(ModelType.catalogue.entries.map(\.topic)) {
            try cluster.createTopic(Self.prefix + topic, partitions: partitions)
        }
        producer = try KafkaProducer(
            cluster.configuration, pinned: [("linger.ms", "0")], log: .silent)
    }

    /// Sends the records and waits until they are there.
    func send(_ records: [TestRecord]) throws {
        for record in records {
            let topic = try topics[record.topic] ?? producer.topic(Self.prefix + record.topic)
            topics[record.topic] = topic
            let key = record.key.map { Array($0.utf8) }
            let value = record.value.map { Array($0.utf8) }
            let identity = UInt64(sent.count)
            sent.append(record.topic)
            _ = producer.produce(
                to: topic, key: key?.span, value: value?.span, headers: RecordHeaders(),
                identity: identity)
        }
        var events = ProducerEvents()
        try eventually("\(records.count) reports") {
            _ = producer.poll(upTo: .milliseconds(50), into: &events)
            return events.reports.count >= records.count
        }
        for report in events.reports {
            #expect(report.failure == nil)
            let key = TopicPartition(Self.prefix + sent[Int(report.identity)], report.partition)
            ends[key] = max(ends[key] ?? 0, report.offset + 1)
        }
    }

    /// Targets at these ends.
    func targets(_ ends: [TopicPartition: Int64], exact: Bool = false) -> [CatchUpTarget] {
        ends.map { key, end in
            CatchUpTarget(
                key, end: end,
                isExact: exact)
        }
    }

    /// Reads into a store up to these targets.
    @discardableResult
    func catchUp(
        _ store: StateStore, to targets: [CatchUpTarget], upTo cutoff: Timestamp? = nil,
        hooks: CatchUp.Hooks = .init()
    ) throws -> CatchUpProgress {
        var kafka = cluster.configuration
        kafka.topicPrefix = Self.prefix
        return try CatchUp(
            store, to: targets, catalogue: ModelType.catalogue, kafka: kafka, upTo: cutoff,
            hooks: hooks, log: .silent
        ).run()
    }

    func end() {
        producer.close(upTo: closing)
        cluster.close(upTo: closing)
    }
}

/// A consumer that runs on a thread of its own, over a state folder.
final class RunningConsumer {
    let loop: ConsumeLoop
    let metrics = Metrics()
    private let worker: Worker
    private let failure: Failure
    private let observed: Observed

    private final class Failure: Sendable {
        let error = Mutex<(any Error)?>(nil)
    }

    private final class Observed: Sendable {
        let events = Mutex<[AppliedEvent]>([])
    }

    init(
        _ kafka: KafkaConfiguration, _ folder: StateFolder, catalogue: Catalogue = .shipped,
        batchRecords: Int = 100, observing: Bool = false,
        onGap: ConsumerConfiguration.OnGap = .stop
    ) throws {
        let store = try StateStore.open(folder, .init(catalogue, cacheBytes: 100_000))
        var kafka = kafka
        kafka.topicPrefix = TestTopics.prefix
        var state = StateConfiguration()
        state.folder = folder.path
        let swap = GenerationSwap(state, catalogue: catalogue, kafka: kafka, log: .silent)
        var configuration = ConsumerConfiguration()
        configuration.batchRecords = batchRecords
        configuration.onGap = onGap
        let observed = Observed()
        let observer: @Sendable (AppliedEvent) -> Void = { event in
            observed.events.withLock { $0.append(event) }
        }
        let loop = ConsumeLoop(
            store: store, catalogue: catalogue, kafka: kafka,
            configuration: configuration, log: .silent, metrics: metrics,
            observer: observing ? observer : nil, swap: swap)
        let failure = Failure()
        worker = Worker("consumer") {
            do { try loop.run() } catch { failure.error.withLock { $0 = error } }
        }
        self.loop = loop
        self.failure = failure
        self.observed = observed
    }

    var events: [AppliedEvent] { observed.events.withLock { $0 } }

    /// Stops it, and throws what it threw.
    func stop() throws {
        loop.stop()
        worker.join()
        if let error = failure.error.withLock({ $0 }) { throw error }
    }
}

extension StateFolder {
    /// Waits until the state has come to these offsets.
    func reach(_ ends: [TopicPartition: Int64]) throws {
        func hasCome() throws -> Bool {
            guard try currentDatabase() != nil else { return false }
            var next: [TopicPartition: Int64] = [:]
            for progress in try StateReader.open(self).progress() {
                next[TopicPartition(progress.topic, progress.partition)] = progress.next
            }
            return ends.allSatisfy { next[$0.key] ?? 0 >= $0.value }
        }
        try eventually("the state to come to \(ends)", upTo: .seconds(20), holds: hasCome)
    }

    /// The whole state as text.
    func exported() throws -> String { try StateReader.open(self).exported() }
}

extension StateReader {
    /// The whole state as text.
    func exported() throws -> String {
        let export = try StateExport(self)
        var text = ""
        while let line = try export.next() { text += String(decoding: line, as: UTF8.self) + "\n" }
        return text
    }
}
