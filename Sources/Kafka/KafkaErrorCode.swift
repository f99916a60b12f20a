import CRdkafka

/// An error code of librdkafka (negative) or of a broker (positive), without its C type.
package struct KafkaErrorCode: RawRepresentable, Hashable, Sendable {
    /// The number as in `rd_kafka_resp_err_t` and, if positive, in the Kafka protocol.
    package let rawValue: Int32

    /// Names the code with this number, known or not.
    package init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    init(_ code: rd_kafka_resp_err_t) {
        rawValue = code.rawValue
    }

    var cValue: rd_kafka_resp_err_t {
        rd_kafka_resp_err_t(rawValue: rawValue)
    }

    /// The short name, as `MSG_SIZE_TOO_LARGE`.
    package var name: String {
        unsafe string(rd_kafka_err2name(cValue)) ?? String(rawValue)
    }

    /// The sentence that librdkafka has for the code.
    package var text: String {
        unsafe string(rd_kafka_err2str(cValue)) ?? "error \(rawValue)"
    }
}

// The codes that somebody here decides by; numbers from rdkafka.h.
extension KafkaErrorCode {
    /// No error.
    package static let none = Self(RD_KAFKA_RESP_ERR_NO_ERROR)
    /// The local queue of messages to send is full.
    package static let queueFull = Self(RD_KAFKA_RESP_ERR__QUEUE_FULL)
    /// The record is larger than `message.max.bytes`, or than the topic's `max.message.bytes`.
    package static let messageTooLarge = Self(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
    /// The batch is larger than the broker's segment.
    package static let recordListTooLarge = Self(RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE)
    /// The broker found the batch's bytes broken.
    package static let invalidMessage = Self(RD_KAFKA_RESP_ERR_INVALID_MSG)
    /// The broker calls the message's size invalid.
    package static let invalidMessageSize = Self(RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE)
    /// The broker's checks refuse the record (for one a compacted topic and a missing key).
    package static let invalidRecord = Self(RD_KAFKA_RESP_ERR_INVALID_RECORD)
    /// The broker refuses the record's timestamp.
    package static let invalidTimestamp = Self(RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP)
    /// The broker does not know the topic or the partition.
    package static let unknownTopicOrPartition = Self(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
    /// librdkafka knows from the metadata that there is no such topic.
    package static let unknownTopic = Self(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
    /// librdkafka knows from the metadata that there is no such partition.
    package static let unknownPartition = Self(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION)
    /// The topic's name is not allowed.
    package static let invalidTopic = Self(RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION)
    /// The client may not use the topic.
    package static let topicNotAuthorised = Self(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
    /// The client may not use the group.
    package static let groupNotAuthorised = Self(RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED)
    /// The client may not use the cluster.
    package static let clusterNotAuthorised = Self(RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED)
    /// A policy of the cluster refuses the request.
    package static let policyViolation = Self(RD_KAFKA_RESP_ERR_POLICY_VIOLATION)
    /// The topic is there already.
    package static let topicAlreadyExists = Self(RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
    /// The partition has been read to its present end.
    package static let partitionEnd = Self(RD_KAFKA_RESP_ERR__PARTITION_EOF)
    /// The offset asked for is not (or no longer) in the partition, and nothing resets it.
    package static let offsetReset = Self(RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET)
    /// The offset asked for is not (or no longer) in the partition, in the broker's words.
    package static let offsetOutOfRange = Self(RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE)
    /// The answer did not come in time.
    package static let timedOut = Self(RD_KAFKA_RESP_ERR__TIMED_OUT)
    /// The message was not acknowledged in time.
    package static let messageTimedOut = Self(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT)
    /// The connection to a broker broke or could not be made.
    package static let transport = Self(RD_KAFKA_RESP_ERR__TRANSPORT)
    /// A broker does not accept who we say we are.
    package static let authentication = Self(RD_KAFKA_RESP_ERR__AUTHENTICATION)
    /// TLS with a broker fails.
    package static let tls = Self(RD_KAFKA_RESP_ERR__SSL)
    /// A broker's name has no address.
    package static let resolve = Self(RD_KAFKA_RESP_ERR__RESOLVE)
    /// No broker can be reached.
    package static let allBrokersDown = Self(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
    /// The handle is unusable; the cause is in its fatal error.
    package static let fatal = Self(RD_KAFKA_RESP_ERR__FATAL)
    /// A message failed and its successors would have overtaken it.
    package static let gaplessGuarantee = Self(RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE)
    /// The message was thrown away before it was sent.
    package static let purgedInQueue = Self(RD_KAFKA_RESP_ERR__PURGE_QUEUE)
    /// The message was thrown away while its answer was awaited.
    package static let purgedInFlight = Self(RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)
    /// A setting is unknown or its value is not allowed.
    package static let invalidArgument = Self(RD_KAFKA_RESP_ERR__INVALID_ARG)
    /// The broker's sequence numbers and ours do not meet.
    package static let outOfOrderSequence = Self(RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER)
    /// The broker does not lead the partition.
    package static let notLeader = Self(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION)
    /// No broker leads the partition at present.
    package static let leaderNotAvailable = Self(RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE)
    /// Too few replicas are in sync to write.
    package static let notEnoughReplicas = Self(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS)
    /// librdkafka knows that another producer has taken over the transactional id.
    package static let fenced = Self(RD_KAFKA_RESP_ERR__FENCED)
    /// The broker says that another producer has taken over the transactional id.
    package static let producerFenced = Self(RD_KAFKA_RESP_ERR_PRODUCER_FENCED)
    /// The same in the words of older brokers, and of those that hold the records.
    package static let invalidProducerEpoch = Self(RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH)
    /// The call does not fit the state that the client or its transaction is in.
    package static let wrongState = Self(RD_KAFKA_RESP_ERR__STATE)
    /// The broker still ends the transaction before this one.
    package static let concurrentTransactions = Self(RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS)
    /// The client may not use the transactional id.
    package static let transactionalIDNotAuthorised = Self(
        RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED)
    /// `transaction.timeout.ms` is above what the brokers allow.
    package static let invalidTransactionTimeout = Self(
        RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT)
    /// The broker for the group or the transactional id is not known yet.
    package static let coordinatorNotAvailable = Self(RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE)
}

/// How many bytes of text librdkafka may write about an error.
let errorTextBytes = 512

/// The text in a buffer that librdkafka wrote to.
func text(in buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}

/// The Swift string of a C one, nil for none.
func string(_ pointer: UnsafePointer<CChar>?) -> String? {
    guard let pointer = unsafe pointer else { return nil }
    return unsafe String(cString: pointer)
}
