/// Where a record lies in Kafka.
package struct RecordPosition: Hashable, Sendable, CustomStringConvertible {
    /// The topic's name.
    package let topic: String
    /// The partition's number, from 0.
    package let partition: Int32
    /// The record's offset in the partition.
    package let offset: Int64

    /// Names a place.
    package init(topic: String, partition: Int32, offset: Int64) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
    }

    /// As `telness.order.updated[3]@17`.
    package var description: String { "\(topic)[\(partition)]@\(offset)" }
}
