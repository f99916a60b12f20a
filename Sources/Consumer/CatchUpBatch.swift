internal import Events
internal import Kafka
internal import Projection
internal import Store

/// Records on their way from the thread that reads them to the one that applies them.
struct CatchUpBatch: Sendable {
    /// One record, ready to be applied.
    struct Record: Sendable {
        let offset: Int64
        /// Its partition's place in `partitions`.
        let partition: Int
        let content: Content
    }

    /// What a record holds.
    enum Content: Sendable {
        /// An event, with where the state that it alone gives lies in `states`.
        case event(CatalogueEntry, id: String, Version, further: [UInt8], state: Range<Int>)
        /// No event: it is to be kept as a dead letter.
        case deadLetter(DeadLetter)
        /// An event that occurred after the time up to which a state is built.
        case later
    }

    var records: [Record] = []
    /// Encoded states, one after the other.
    var states: [UInt8] = []
    /// The partitions of the records.
    var partitions: [TopicPartition] = []
    /// How far those partitions have come that got on.
    var progress: [PartitionProgress] = []
    /// What partitions no longer had when they were begun.
    var gaps: [Gap] = []
    /// What was read of each topic.
    var read: [(topic: String, CatchUpProgress.Topic)] = []

    /// Bytes of the records' values.
    var bytes = 0
}
