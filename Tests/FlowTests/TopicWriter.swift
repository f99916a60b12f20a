import Kafka
import Support
import Telemetry

/// A record as anybody may put it into a topic.
struct ForeignRecord: Sendable {
    var topic: String
    var key: [UInt8]?
    var value: [UInt8]?
    var headers = RecordHeaders()

    init(_ topic: String, key: String?, value: [UInt8]?) {
        self.topic = Installation.prefix + topic
        self.key = key.map { Array($0.utf8) }
        self.value = value
    }
}

/// Another producer on the topics of Hookline.
final class TopicWriter {
    private let producer: KafkaProducer
    private let isTransactional: Bool
    private var topics: [String: KafkaTopic] = [:]

    init(_ kafka: KafkaConfiguration, transactional: Bool = false) throws {
        isTransactional = transactional
        let pinned = transactional ? KafkaProducer.transactional(id: "the-other") : []
        producer = try KafkaProducer(
            kafka, pinned: [("linger.ms", "0"), ("message.max.bytes", "8000000")] + pinned,
            log: .silent)
        if transactional { try producer.initTransactions(upTo: .seconds(30)) }
    }

    deinit {
        producer.close(upTo: .seconds(5))
    }

    /// Puts the records there, in one transaction where it has them, and waits until they are.
    func write(_ records: [ForeignRecord], aborting: Bool = false) throws {
        if isTransactional { try producer.beginTransaction() }
        for (number, record) in records.enumerated() {
            let topic = try topics[record.topic] ?? producer.topic(record.topic)
            topics[record.topic] = topic
            _ = producer.produce(
                to: topic, key: record.key?.span, value: record.value?.span,
                headers: record.headers, identity: UInt64(number))
        }
        var events = ProducerEvents()
        try eventually("\(records.count) reports", upTo: .seconds(60)) {
            _ = producer.poll(upTo: .milliseconds(50), into: &events)
            return events.reports.count >= records.count
        }
        if let failure = events.reports.compactMap(\.failure).first {
            throw TimedOut(description: "a record was refused: \(failure)")
        }
        guard isTransactional else { return }
        if aborting {
            try producer.abortTransaction(upTo: .seconds(30))
        } else {
            try producer.commitTransaction(upTo: .seconds(30))
        }
    }
}
