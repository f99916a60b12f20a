package import Consumer
package import Events
package import Kafka

/// Which topics a replay reads.
package struct ReplayTopics: Equatable, Sendable {
    /// Their full names, sorted.
    package let names: [String]
    /// Whether these are all that are read.
    package let isWhole: Bool
    /// Those that need not be there any more: nothing is published to them.
    private let former: Set<String>

    /// Every topic that the catalogue reads, or those that are named, with the prefix or without.
    package init(
        _ names: [String], catalogue: Catalogue, prefix: String
    ) throws(ConsumerError) {
        let known = Set(catalogue.topicsToRead(prefix: prefix).keys)
        var chosen: Set<String> = []
        for name in names {
            guard let found = [name, prefix + name].first(where: known.contains) else {
                throw .unknownTopic(name, known: known.sorted())
            }
            chosen.insert(found)
        }
        self.names = (names.isEmpty ? known : chosen).sorted()
        isWhole = self.names.count == known.count
        former = known.subtracting(catalogue.topics(prefix: prefix))
    }

    /// How long one question to Kafka may take.
    private static let limit = Duration.seconds(10)

    /// Where each partition of the topics begins and ends now.
    package func targets(_ consumer: KafkaConsumer) throws(ConsumerError) -> [CatchUpTarget] {
        var targets: [CatchUpTarget] = []
        for topic in names {
            for number in 0..<Int32(clamping: try partitions(of: topic, consumer)) {
                let partition = TopicPartition(topic, number)
                let range = try asked { () throws(KafkaError) in
                    try consumer.watermarks(of: partition, upTo: Self.limit)
                }
                targets.append(CatchUpTarget(partition, start: range.low, end: range.high))
            }
        }
        return targets
    }

    private func partitions(
        of topic: String, _ consumer: KafkaConsumer
    ) throws(ConsumerError) -> Int {
        do {
            return try consumer.metadata(of: topic, upTo: Self.limit).partitions
        } catch {
            if former.contains(topic), error.saysThatTopicIsGone { return 0 }
            throw .topic(topic, error)
        }
    }
}
