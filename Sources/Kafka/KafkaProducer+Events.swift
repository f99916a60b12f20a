internal import CRdkafka

/// What became of handing a record to the producer.
package enum ProduceAnswer: Sendable {
    /// Taken; a report with its identity will come.
    case queued
    /// The producer's queue is full: nothing was taken, offer it again after some reports.
    case queueFull
    /// Not taken, and it will not be.
    case refused(KafkaError)
}

/// What became of one record.
package struct DeliveryReport: Hashable, Sendable {
    /// The number given with the record.
    package let identity: UInt64
    /// Why it was not delivered; nil if it was.
    package let failure: KafkaErrorCode?
    /// The partition it went to, negative if none was chosen.
    package let partition: Int32
    /// Its offset there, negative if unknown.
    package let offset: Int64
}

/// Reports and errors of a producer, in the order in which they came.
package struct ProducerEvents: Sendable {
    /// How many events of librdkafka one `poll` takes at most; one may hold many reports.
    package static let batchLimit = 64

    /// What became of records.
    package private(set) var reports: [DeliveryReport] = []
    /// Errors of the client as a whole: brokers away, authentication, fatal ones.
    package private(set) var errors: [KafkaError] = []

    /// Nothing yet.
    package init() {}

    /// Forgets all and keeps the memory.
    package mutating func removeAll() {
        reports.removeAll(keepingCapacity: true)
        errors.removeAll(keepingCapacity: true)
    }

    mutating func take(_ event: OpaquePointer, of handle: KafkaHandle) {
        switch unsafe rd_kafka_event_type(event) {
        case RD_KAFKA_EVENT_DR:
            while let message = unsafe rd_kafka_event_message_next(event) {
                unsafe reports.append(DeliveryReport(message.pointee))
            }
        case RD_KAFKA_EVENT_ERROR:
            unsafe errors.append(handle.error(of: event))
        case RD_KAFKA_EVENT_LOG:
            unsafe handle.forward(logEvent: event)
        default:
            break
        }
    }
}

extension DeliveryReport {
    init(_ message: rd_kafka_message_t) {
        unsafe self.init(
            identity: UInt64(UInt(bitPattern: message._private)),
            failure: message.err == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaErrorCode(message.err),
            partition: message.partition, offset: message.offset)
    }
}
