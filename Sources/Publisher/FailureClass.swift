package import Kafka

/// What a failure of a record says, and so what is done about it.
package enum FailureClass: Hashable, Sendable {
    /// The record itself, or another of its batch, is refused: found out one by one.
    case record
    /// Its topic cannot be written: wait until it can.
    case topic
    /// Nothing about the record: send it again.
    case other

    /// The table: every code that says something about a record or a topic.
    private static let table: [KafkaErrorCode: FailureClass] = [
        .messageTooLarge: .record,
        .recordListTooLarge: .record,
        .invalidMessage: .record,
        .invalidMessageSize: .record,
        .invalidRecord: .record,
        .invalidTimestamp: .record,

        .unknownTopic: .topic,
        .unknownTopicOrPartition: .topic,
        .unknownPartition: .topic,
        .invalidTopic: .topic,
        .topicNotAuthorised: .topic,
        .policyViolation: .topic,
    ]

    /// The class of a code; what is not in the table (purged, timed out, fatal) is `other`.
    package init(_ code: KafkaErrorCode) {
        self = Self.table[code] ?? .other
    }

    /// How much it says: the highest of several is kept.
    var weight: Int {
        switch self {
        case .topic: 2
        case .record: 1
        case .other: 0
        }
    }
}
