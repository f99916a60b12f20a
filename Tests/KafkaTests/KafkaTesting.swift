import Kafka
import Support

/// How long a client may take to end in a test.
let closing = Duration.seconds(5)

extension KafkaProducer {
    /// Produces a text and no headers.
    func produce(_ text: String, key: String? = nil, to topic: KafkaTopic, identity: UInt64 = 0)
        -> ProduceAnswer
    {
        let value = Array(text.utf8)
        guard let key else {
            return produce(
                to: topic, key: nil, value: value.span, headers: RecordHeaders(), identity: identity
            )
        }
        let keyBytes = Array(key.utf8)
        return produce(
            to: topic, key: keyBytes.span, value: value.span, headers: RecordHeaders(),
            identity: identity)
    }

    /// Polls until so many reports are in.
    func reports(_ count: Int, upTo limit: Duration = .seconds(20)) throws -> [DeliveryReport] {
        var events = ProducerEvents()
        try eventually("\(count) reports", upTo: limit) {
            _ = poll(upTo: .milliseconds(100), into: &events)
            return events.reports.count >= count
        }
        return events.reports
    }
}

/// A record as a test compares it.
struct SeenRecord: Equatable {
    var partition: Int32 = 0
    var offset: Int64 = 0
    var key: String?
    var value: String?

    init(_ record: borrowing KafkaRecord) {
        partition = record.partition
        offset = record.offset
        key = record.withKey { Self.text($0) }
        value = record.withValue { Self.text($0) }
    }

    private static func text(_ bytes: borrowing Span<UInt8>) -> String {
        String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
    }
}

extension KafkaConsumer {
    /// Polls until the condition holds for what has come.
    func read(
        _ what: String, until done: ([SeenRecord], [ConsumerSignal]) -> Bool
    ) throws -> (records: [SeenRecord], signals: [ConsumerSignal]) {
        var records: [SeenRecord] = []
        var signals: [ConsumerSignal] = []
        try eventually(what, upTo: .seconds(20)) {
            poll(limit: 100, upTo: .milliseconds(100)) {
                records.append(SeenRecord($0))
            } signal: {
                signals.append($0)
            }
            return done(records, signals)
        }
        return (records, signals)
    }
}
