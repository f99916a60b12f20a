internal import CRdkafka
internal import Glibc

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

/// How far a group has come in a partition, and what it keeps beside that.
package struct GroupOffset: Hashable, Sendable {
    /// The next offset to read, not the last one read.
    package let nextOffset: Int64
    /// Any text; brokers take 4,096 bytes by default (`offset.metadata.max.bytes`).
    package let metadata: String

    /// Both, as they are to be kept.
    package init(nextOffset: Int64, metadata: String = "") {
        self.nextOffset = nextOffset
        self.metadata = metadata
    }
}

/// Runs the closure with librdkafka's list of partitions, and frees the list.
func withList<R, E: Error>(
    _ offsets: some Collection<(TopicPartition, Int64)>,
    _ body: (_ list: OpaqueList) throws(E) -> R
) throws(E) -> R {
    guard let list = unsafe rd_kafka_topic_partition_list_new(Int32(offsets.count)) else {
        preconditionFailure("out of memory")
    }
    defer { unsafe rd_kafka_topic_partition_list_destroy(list) }
    for (partition, offset) in offsets {
        let element = unsafe rd_kafka_topic_partition_list_add(
            list, partition.topic, partition.partition)
        unsafe element?.pointee.offset = offset
    }
    return try unsafe body(list)
}

/// The same with offsets that have metadata.
func withList<R>(
    _ offsets: [TopicPartition: GroupOffset], _ body: (_ list: OpaqueList) -> R
) -> R {
    unsafe withList(offsets.map { ($0.key, $0.value.nextOffset) }) { list in
        for (index, offset) in offsets.values.enumerated() where !offset.metadata.isEmpty {
            let count = offset.metadata.utf8.count
            // The list frees it together with itself.
            guard let copy = unsafe strdup(offset.metadata) else {
                preconditionFailure("out of memory")
            }
            unsafe list.pointee.elems[index].metadata = UnsafeMutableRawPointer(copy)
            unsafe list.pointee.elems[index].metadata_size = count
        }
        return unsafe body(list)
    }
}

typealias OpaqueList = UnsafeMutablePointer<rd_kafka_topic_partition_list_t>
