package import Consumer
package import Events
package import Kafka

/// Which topics a replay reads.
package struct ReplayTopics: Equatable, Sendable {
    /// What follows the prefix in each topic's name, sorted.
    package let suffixes: [String]
    /// Whether these are all that the catalogue has.
    package let isWhole: Bool

    /// Every topic of the catalogue, or those that are named, with the prefix or without.
    package init(
        _ names: [String], catalogue: Catalogue, prefix: String
    ) throws(ConsumerError) {
        let known = Set(catalogue.entries.map(\.topic))
        var chosen: Set<String> = []
        for name in names {
            let suffix = name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
            guard let found = [suffix, name].first(where: known.contains) else {
                throw .unknownTopic(name, known: known.sorted())
            }
            chosen.insert(found)
        }
        suffixes = (names.isEmpty ? known : chosen).sorted()
        isWhole = suffixes.count == known.count
    }

    /// How long one question to Kafka may take.
    private static let limit = Duration.seconds(10)

    /// Where each partition of the topics begins and ends now.
    package func targets(
        _ consumer: KafkaConsumer, prefix: String
    ) throws(ConsumerError) -> [CatchUpTarget] {
        var targets: [CatchUpTarget] = []
        for suffix in suffixes {
            let topic = prefix + suffix
            for number in 0..<Int32(clamping: try partitions(of: topic, consumer)) {
                let partition = TopicPartition(topic, number)
                let range = try asked { () throws(KafkaError) in
                    try consumer.watermarks(of: partition, upTo: Self.limit)
                }
                targets.append(
                    CatchUpTarget(partition, suffix: suffix, start: range.low, end: range.high))
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
            throw .topic(topic, error)
        }
    }
}
