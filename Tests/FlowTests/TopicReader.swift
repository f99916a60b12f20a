import Kafka
import Support
import Telemetry

/// A record as it lies in a topic, copied out.
struct ReadRecord: Sendable {
    let topic: String
    let partition: Int32
    let offset: Int64
    let key: String?
    let value: [UInt8]
    let headers: [String: String]

    /// The event's id, as the body says it.
    var eventID: String { JSONSlice(value)["eventId"]?.text ?? "" }
}

extension ReadRecord {
    init(_ record: borrowing KafkaRecord) {
        self.init(
            topic: record.topic, partition: record.partition, offset: record.offset,
            key: record.key.map { String(decoding: $0, as: UTF8.self) }, value: record.value ?? [],
            headers: Dictionary(
                record.headers.map { ($0.name, String(decoding: $0.value ?? [], as: UTF8.self)) },
                uniquingKeysWith: { _, last in last }))
    }
}

/// Reads topics whole, with a consumer of its own.
struct TopicReader {
    let kafka: KafkaConfiguration

    /// The names of all topics that begin so.
    func topics(with prefix: String) throws -> [String: TopicMetadata] {
        let admin = try KafkaAdmin(kafka, log: .silent)
        defer { admin.close(upTo: .seconds(5)) }
        let known = try admin.cluster(upTo: .seconds(10)).topics
        return known.filter { $0.key.hasPrefix(prefix) }
    }

    /// Removes all topics that begin so, and waits until they are gone.
    func removeTopics(with prefix: String) throws {
        let admin = try KafkaAdmin(kafka, log: .silent)
        defer { admin.close(upTo: .seconds(5)) }
        for name in try topics(with: prefix).keys {
            try admin.deleteTopic(name, upTo: .seconds(10))
        }
        try eventually("\(prefix)* to be gone") { try topics(with: prefix).isEmpty }
    }

    /// Every record from the beginning to the end of all topics that begin so, in the order of their
    /// offsets within a partition.
    func records(with prefix: String, upTo limit: Duration = .seconds(60)) throws -> [ReadRecord] {
        let consumer = try KafkaConsumer(kafka, group: "\(prefix)test", log: .silent)
        defer { consumer.close(upTo: .seconds(5)) }
        var open: Set<TopicPartition> = []
        for (name, topic) in try topics(with: prefix) {
            for partition in 0..<topic.partitions {
                open.insert(TopicPartition(name, Int32(partition)))
            }
        }
        try consumer.assign(Dictionary(uniqueKeysWithValues: open.map { ($0, .beginning) }))
        var records: [ReadRecord] = []
        try eventually("the end of \(prefix)*", upTo: limit) {
            try poll(consumer, &open, &records)
            return open.isEmpty
        }
        return records
    }

    private func poll(
        _ consumer: KafkaConsumer, _ open: inout Set<TopicPartition>, _ records: inout [ReadRecord]
    ) throws {
        var read: [ReadRecord] = []
        var ended: [TopicPartition] = []
        try consumer.poll(limit: 1_000, upTo: .milliseconds(100)) { record throws(KafkaError) in
            read.append(ReadRecord(record))
        } signal: { signal throws(KafkaError) in
            switch signal {
            case .end(let partition, _): ended.append(partition)
            case .outOfRange(_, let error), .partition(_, let error): throw error
            case .client(let error): if error.fatal { throw error }
            }
        }
        records += read
        open.subtract(ended)
    }
}
