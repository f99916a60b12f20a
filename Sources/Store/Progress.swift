package import Events

/// The last record of a partition that was applied, to recognise it by.
package struct LastRecord: Hashable, Sendable {
    /// Its offset.
    package let offset: Int64
    /// The id of its event; nil for a dead letter.
    package let eventID: EventID?
    /// The hash of its value; nil for a tombstone.
    package let hash: BodyHash?
    /// Its timestamp in Kafka, in milliseconds since 1970; nil where it has none.
    package let timestamp: Int64?

    /// Describes a record.
    package init(offset: Int64, eventID: EventID?, hash: BodyHash?, timestamp: Int64? = nil) {
        self.offset = offset
        self.eventID = eventID
        self.hash = hash
        self.timestamp = timestamp
    }
}

/// How far the state has come in one partition.
package struct PartitionProgress: Hashable, Sendable {
    /// The topic's name.
    package let topic: String
    /// The partition's number.
    package let partition: Int32
    /// The offset to read next.
    package let next: Int64
    /// The last record applied; nil before the first.
    package let last: LastRecord?
    /// An older record, to recognise a partition whose last record may be another's; nil for none.
    package let anchor: LastRecord?

    /// Describes how far it has come.
    package init(
        topic: String, partition: Int32, next: Int64, last: LastRecord?, anchor: LastRecord? = nil
    ) {
        self.anchor = anchor
        self.topic = topic
        self.partition = partition
        self.next = next
        self.last = last
    }
}
