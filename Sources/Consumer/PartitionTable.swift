internal import Events
internal import Kafka
internal import Store
internal import Telemetry

/// A partition that is read, or was.
final class TrackedPartition {
    let key: TopicPartition
    /// What follows the prefix in the topic's name.
    let topic: String
    let lag: Gauge
    var reading: PartitionReading
    /// Whether the store does not have its next offset yet.
    var isUnsaved = false
    /// Whether the group does not have it yet.
    var isUncommitted = false

    init(_ key: TopicPartition, topic: String, lag: Gauge, reading: PartitionReading) {
        self.key = key
        self.topic = topic
        self.lag = lag
        self.reading = reading
    }

    /// Where to begin; the beginning in so many words, for a partition that nothing was read of.
    var start: StartOffset { reading.start.map(StartOffset.next) ?? .beginning }

    var progress: PartitionProgress {
        PartitionProgress(
            topic: key.topic, partition: key.partition, next: reading.next, last: reading.last,
            anchor: reading.anchor)
    }
}

/// The partitions of the catalogue's topics, as far as they are known.
final class PartitionTable {
    /// The topics by name, each with what follows the prefix.
    let topics: [(name: String, suffix: String)]
    private(set) var partitions: [TopicPartition: TrackedPartition] = [:]
    private var stored: [TopicPartition: PartitionProgress]
    private let metrics: ConsumerMetrics
    /// The partition found last: records come in runs of the same one.
    private var latest: TrackedPartition?

    init(
        _ catalogue: Catalogue, prefix: String, stored: [PartitionProgress],
        metrics: ConsumerMetrics
    ) {
        topics = Set(catalogue.entries.map(\.topic)).sorted().map { (prefix + $0, $0) }
        self.metrics = metrics
        self.stored = Dictionary(
            stored.map { (TopicPartition($0.topic, $0.partition), $0) },
            uniquingKeysWith: { first, _ in first })
    }

    func find(_ topic: String, _ partition: Int32) -> TrackedPartition? {
        if let latest, latest.key.partition == partition, latest.key.topic == topic {
            return latest
        }
        latest = partitions[TopicPartition(topic, partition)]
        return latest
    }

    /// The partitions of a topic that are known, by the store or by this run.
    func known(_ topic: String) -> Set<TopicPartition> {
        Set(stored.keys).union(partitions.keys).filter { $0.topic == topic }
    }

    /// Takes in the partitions that a topic has now, and gives those that are new here.
    func add(_ topic: (name: String, suffix: String), count: Int) -> [TrackedPartition] {
        let isKnown = !known(topic.name).isEmpty
        return (0..<Int32(clamping: count)).compactMap { number in
            let key = TopicPartition(topic.name, number)
            guard partitions[key] == nil else { return nil }
            let tracked = TrackedPartition(
                key, topic: topic.suffix, lag: metrics.lag(of: key),
                reading: reading(of: key, inKnownTopic: isKnown))
            partitions[key] = tracked
            return tracked
        }
    }

    private func reading(of key: TopicPartition, inKnownTopic isKnown: Bool) -> PartitionReading {
        if let progress = stored[key] {
            return PartitionReading(
                next: progress.next, last: progress.last, anchor: progress.anchor)
        }
        return isKnown ? PartitionReading(next: 0) : PartitionReading()
    }

    /// How far a partition was read, that the topic may not have any more.
    func next(of key: TopicPartition) -> Int64 {
        partitions[key]?.reading.next ?? stored[key]?.next ?? 0
    }

    /// Leaves out a partition that is no more.
    func forget(_ key: TopicPartition) -> TrackedPartition? {
        stored[key] = nil
        latest = nil
        return partitions.removeValue(forKey: key)
    }
}
