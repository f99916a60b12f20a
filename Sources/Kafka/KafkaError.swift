import CRdkafka

/// What librdkafka or a broker refused or reported.
package struct KafkaError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The code that decisions are made by.
    package let code: KafkaErrorCode
    /// What happened, in the words of librdkafka or of the broker.
    package let text: String
    /// Whether the handle is unusable from now on.
    package let fatal: Bool
    /// Whether the same request may succeed later.
    package let retriable: Bool
    /// Whether the transaction can only be aborted; the next one may succeed.
    package let txnRequiresAbort: Bool

    /// Makes an error of a code; the text is the code's own unless another is given.
    package init(
        _ code: KafkaErrorCode, text: String? = nil, fatal: Bool = false, retriable: Bool = false,
        txnRequiresAbort: Bool = false
    ) {
        self.code = code
        self.text = text ?? code.text
        self.fatal = fatal
        self.retriable = retriable
        self.txnRequiresAbort = txnRequiresAbort
    }

    /// Takes over and frees an error object of librdkafka.
    init(consuming object: OpaquePointer) {
        unsafe self.init(
            KafkaErrorCode(rd_kafka_error_code(object)),
            text: string(rd_kafka_error_string(object)),
            fatal: rd_kafka_error_is_fatal(object) != 0,
            retriable: rd_kafka_error_is_retriable(object) != 0,
            txnRequiresAbort: rd_kafka_error_txn_requires_abort(object) != 0)
        unsafe rd_kafka_error_destroy(object)
    }

    /// Whether it says that a topic is not there.
    package var saysThatTopicIsGone: Bool {
        code == .unknownTopicOrPartition || code == .unknownTopic
    }

    /// Whether it says that a partition, or its topic, is not there.
    package var saysThatPartitionIsGone: Bool {
        saysThatTopicIsGone || code == .unknownPartition
    }

    /// The short name of the code.
    package var name: String { code.name }

    /// What happened, with the code's name and number.
    package var description: String {
        "\(text) (\(name), \(code.rawValue)\(fatal ? ", fatal" : ""))"
    }
}
