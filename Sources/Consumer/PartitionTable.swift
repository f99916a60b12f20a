internal import Events
internal import Kafka
internal import Store
internal import Telemetry

/// A partition that the live consumer follows.
final class TrackedPartition: FollowedPartition {
    let lag: Gauge
    /// Whether the group does not have its next offset yet.
    var isUncommitted = false

    init(_ key: TopicPartition, lag: Gauge, reading: PartitionReading) {
        self.lag = lag
        super.init(key, reading: reading)
    }
}

/// The partitions of the catalogue's topics, as far as they are known.
final class PartitionTable {
    /// The names of the topics that are read, sorted.
    let topics: [String]
    /// Those among them that need not be there any more: nothing is published to them.
    private let former: Set<String>
    let follower: PartitionFollower<TrackedPartition>
    private var stored: [TopicPartition: PartitionProgress]
    private let metrics: ConsumerMetrics

    init(
        _ catalogue: Catalogue, prefix: String, stored: [PartitionProgress],
        follower: PartitionFollower<TrackedPartition>, metrics: ConsumerMetrics
    ) {
        self.follower = follower
        topics = catalogue.topicsToRead(prefix: prefix).keys.sorted()
        former = Set(topics).subtracting(catalogue.topics(prefix: prefix))
        self.metrics = metrics
        self.stored = Dictionary(
            stored.map { (TopicPartition($0.topic, $0.partition), $0) },
            uniquingKeysWith: { first, _ in first })
    }

    var partitions: [TopicPartition: TrackedPartition] { follower.partitions }

    /// The partitions of a topic that are known, by the store or by this run.
    func known(_ topic: String) -> Set<TopicPartition> {
        Set(stored.keys).union(partitions.keys).filter { $0.topic == topic }
    }

    /// Takes in the partitions that a topic has now, and gives those that are new here.
    func add(_ topic: String, count: Int) -> [TrackedPartition] {
        let isKnown = !known(topic).isEmpty
        return (0..<Int32(clamping: count)).compactMap { number in
            let key = TopicPartition(topic, number)
            guard partitions[key] == nil else { return nil }
            let tracked = TrackedPartition(
                key, lag: metrics.lag(of: key),
                reading: reading(of: key, inKnownTopic: isKnown))
            follower.add(tracked)
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

    /// Reads no more of a partition, and knows how far it was read should it come back.
    func setAside(_ key: TopicPartition) -> TrackedPartition? {
        if let partition = partitions[key] { stored[key] = partition.progress }
        return follower.remove(key)
    }

    /// Whether nothing is published to a topic any more.
    func isFormer(_ topic: String) -> Bool { former.contains(topic) }

    /// The topics that the state has read records of and that are read no more.
    var abandoned: [String] {
        let read = Set(topics)
        let left = stored.values.filter { $0.next > 0 && !read.contains($0.topic) }
        return Set(left.map(\.topic)).sorted()
    }

    /// How far a partition was read, that the topic may not have any more.
    func next(of key: TopicPartition) -> Int64 {
        partitions[key]?.reading.next ?? stored[key]?.next ?? 0
    }

    /// Leaves out a partition that is no more.
    func forget(_ key: TopicPartition) -> TrackedPartition? {
        stored[key] = nil
        return follower.remove(key)
    }
}
