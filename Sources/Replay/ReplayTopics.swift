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
    ) throws(ReplayError) {
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
    ) throws(ReplayError) -> [CatchUpTarget] {
        var targets: [CatchUpTarget] = []
        do {
            for suffix in suffixes {
                let topic = prefix + suffix
                let count: Int
                do {
                    count = try consumer.metadata(of: topic, upTo: Self.limit).partitions
                } catch {
                    throw ReplayError.topic(topic, error)
                }
                for number in 0..<Int32(clamping: count) {
                    let partition = TopicPartition(topic, number)
                    let range = try consumer.watermarks(of: partition, upTo: Self.limit)
                    targets.append(
                        CatchUpTarget(
                            partition, suffix: suffix, start: range.low, end: range.high))
                }
            }
        } catch let error as ReplayError {
            throw error
        } catch let error as KafkaError {
            throw .kafka(error)
        } catch {
            preconditionFailure("no other errors are thrown: \(error)")
        }
        return targets
    }
}
