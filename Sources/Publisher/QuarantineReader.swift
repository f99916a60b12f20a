package import Kafka
package import Telemetry

/// What the quarantine says of one record, all but the body.
package struct QuarantinedRecord: Hashable, Sendable {
    /// Where it lies: its partition's number.
    package let partition: Int32
    /// Where it lies in the partition.
    package let offset: Int64
    /// Why it is there, as `QuarantineReason` writes it.
    package let reason: String
    /// The event's type, where known.
    package let type: String?
    /// Its place in the journal that it came through.
    package let sequence: UInt64?
    /// When the webhook came.
    package let receivedAt: String?
    /// The event's id as it came, where known.
    package let eventID: String?
    /// The record's key: the entity's id where known, else the event's.
    package let key: String?
    /// The size of the body.
    package let bytes: Int
}

/// `quarantine ls` and `show`: reads the quarantine's topic to its end, in no group.
package struct QuarantineReader: Sendable {
    private let kafka: KafkaConfiguration
    private let topic: String
    private let log: Log

    /// How long one question to Kafka may take, and how long reading may stand still.
    private static let limit = Duration.seconds(10)
    /// How many records one poll takes.
    private static let batch = 500

    /// For the quarantine behind the configuration's prefix.
    package init(_ kafka: KafkaConfiguration, log: Log) {
        self.kafka = kafka
        self.log = log
        topic = kafka.topicPrefix + RecordRouter.quarantineSuffix
    }

    /// Every record that is there when asked, by partition and offset.
    package func list() throws(KafkaError) -> [QuarantinedRecord] {
        let consumer = try KafkaConsumer(kafka, log: log)
        defer { consumer.close(upTo: Self.limit) }
        let count = try consumer.metadata(of: topic, upTo: Self.limit).partitions
        let partitions = (0..<Int32(count)).map { TopicPartition(topic, $0) }
        var reading = Reading(open: Set(partitions))
        try consumer.assign(Dictionary(uniqueKeysWithValues: partitions.map { ($0, .beginning) }))
        while !reading.open.isEmpty {
            let found = try consumer.poll(limit: Self.batch, upTo: Self.limit) {
                (record) throws(KafkaError) in
                reading.records.append(QuarantinedRecord(record))
            } signal: { (signal) throws(KafkaError) in
                try reading.take(signal)
            }
            guard found > 0 else { throw KafkaError(.timedOut, retriable: true) }
        }
        return reading.records.sorted { ($0.partition, $0.offset) < ($1.partition, $1.offset) }
    }

    /// One record with its body, nil where there is none.
    package func show(
        partition: Int32, offset: Int64
    ) throws(KafkaError) -> (record: QuarantinedRecord, body: [UInt8])? {
        let consumer = try KafkaConsumer(kafka, log: log)
        defer { consumer.close(upTo: Self.limit) }
        var found: (record: QuarantinedRecord, body: [UInt8])?
        do {
            let place = TopicPartition(topic, partition)
            _ = try consumer.read(place, at: offset, upTo: Self.limit) { record in
                // The first record at or after the offset came: it may be another.
                guard record.offset == offset else { return }
                found = (QuarantinedRecord(record), record.value ?? [])
            }
        } catch  where error.code == .offsetReset {
            return nil
        }
        return found
    }

    private struct Reading {
        var open: Set<TopicPartition>
        var records: [QuarantinedRecord] = []

        mutating func take(_ signal: ConsumerSignal) throws(KafkaError) {
            switch signal {
            case .end(let partition, _): open.remove(partition)
            case .outOfRange(_, let error), .partition(_, let error): throw error
            case .client(let error): if error.fatal { throw error }
            }
        }
    }
}

extension QuarantinedRecord {
    init(_ record: borrowing KafkaRecord) {
        self.init(
            partition: record.partition, offset: record.offset,
            reason: Self.text(record.header("\(HeaderName.reason)")) ?? "",
            type: Self.text(record.header("\(HeaderName.type)")),
            sequence: Self.text(record.header("\(HeaderName.sequence)")).flatMap { UInt64($0) },
            receivedAt: Self.text(record.header("\(HeaderName.receivedAt)")),
            eventID: Self.text(record.header("\(HeaderName.eventID)")),
            key: Self.text(record.key), bytes: record.valueCount)
    }

    private static func text(_ bytes: [UInt8]?) -> String? {
        bytes.map { String(decoding: $0, as: UTF8.self) }
    }
}
