internal import CRdkafka

/// One partition of a topic.
package struct TopicPartition: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The topic's name.
    package let topic: String
    /// The partition's number, from 0.
    package let partition: Int32

    /// Names a partition, there or not.
    package init(_ topic: String, _ partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    /// By topic, then by number.
    package static func < (left: Self, right: Self) -> Bool {
        (left.topic, left.partition) < (right.topic, right.partition)
    }

    /// As `telness.order.updated[3]`.
    package var description: String { "\(topic)[\(partition)]" }
}

/// Where reading of a partition starts.
package enum StartOffset: Hashable, Sendable {
    /// At the oldest record that is still there.
    case beginning
    /// At what comes next.
    case end
    /// At this offset: the next to read, not the last one read.
    case next(Int64)

    var cValue: Int64 {
        switch self {
        case .beginning: Int64(RD_KAFKA_OFFSET_BEGINNING)
        case .end: Int64(RD_KAFKA_OFFSET_END)
        case .next(let offset): offset
        }
    }
}

/// Runs the closure with librdkafka's list of partitions, and frees the list.
func withList<R>(
    _ offsets: some Collection<(TopicPartition, Int64)>, _ body: (_ list: OpaqueList) -> R
) -> R {
    guard let list = unsafe rd_kafka_topic_partition_list_new(Int32(offsets.count)) else {
        preconditionFailure("out of memory")
    }
    defer { unsafe rd_kafka_topic_partition_list_destroy(list) }
    for (partition, offset) in offsets {
        let element = unsafe rd_kafka_topic_partition_list_add(
            list, partition.topic, partition.partition)
        unsafe element?.pointee.offset = offset
    }
    return unsafe body(list)
}

typealias OpaqueList = UnsafeMutablePointer<rd_kafka_topic_partition_list_t>
