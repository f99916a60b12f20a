package import Kafka

/// How a topic should be.
package struct TopicWish: Hashable, Sendable {
    /// Its name.
    package let name: String
    /// How many partitions.
    package let partitions: Int
    /// How many replicas of each.
    package let replicas: Int
    /// Milliseconds after which records may go; -1 for never.
    package let retentionMilliseconds: Int
    /// The largest record that it must take.
    package let maxMessageBytes: Int
    /// How the brokers keep its records.
    package let compression: TopicsConfiguration.Compression

    /// The broker's default for `max.message.bytes`: no topic is made for less.
    package static let usualMessageBytes = 1_048_588

    /// The settings that a new topic is made with.
    package var settings: [String: String] {
        var settings = [
            "cleanup.policy": "delete",
            "retention.ms": String(retentionMilliseconds),
            "retention.bytes": "-1",
            "compression.type": compression.rawValue,
            "max.message.bytes": String(max(maxMessageBytes, Self.usualMessageBytes)),
            "unclean.leader.election.enable": "false",
        ]
        if replicas >= 3 { settings["min.insync.replicas"] = "2" }
        return settings
    }
}

/// One thing in which a topic is not as it should be.
package struct TopicDifference: Hashable, Sendable, CustomStringConvertible {
    /// What differs: `partitions`, `replicas` or the name of a setting.
    package let setting: String
    /// How it should be.
    package let wanted: String
    /// How it is.
    package let found: String
    /// Why it cannot stay so; nil where it is a matter of choice.
    package let danger: String?

    /// As `max.message.bytes is 1000, wanted at least 1114112: ...`.
    package var description: String {
        "\(setting) is \(found), wanted \(wanted)\(danger.map { ": \($0)" } ?? "")"
    }
}

/// What is compared, and what is refused: pure.
package enum TopicRules {
    /// Every difference between how the topic should be and how it is.
    package static func differences(
        _ wish: TopicWish, _ found: TopicMetadata, _ settings: [String: String]
    ) -> [TopicDifference] {
        counts(wish, found) + choices(wish, settings) + dangers(wish, found, settings)
    }

    private static func counts(_ wish: TopicWish, _ found: TopicMetadata) -> [TopicDifference] {
        [
            ("partitions", wish.partitions, found.partitions),
            ("replicas", wish.replicas, found.replicas),
        ].filter { $0.1 != $0.2 }.map { name, wanted, found in
            TopicDifference(
                setting: name, wanted: String(wanted), found: String(found), danger: nil)
        }
    }

    private static func choices(
        _ wish: TopicWish, _ settings: [String: String]
    ) -> [TopicDifference] {
        [
            ("retention.ms", String(wish.retentionMilliseconds)), ("retention.bytes", "-1"),
            ("compression.type", wish.compression.rawValue),
        ].compactMap { name, wanted in
            guard let found = settings[name], found != wanted else { return nil }
            return TopicDifference(setting: name, wanted: wanted, found: found, danger: nil)
        }
    }

    private static func dangers(
        _ wish: TopicWish, _ found: TopicMetadata, _ settings: [String: String]
    ) -> [TopicDifference] {
        var differences: [TopicDifference] = []
        func compare(
            _ name: String, _ wanted: String, _ danger: String, isFine: (String) -> Bool
        ) {
            guard let value = settings[name], !isFine(value) else { return }
            differences.append(
                TopicDifference(setting: name, wanted: wanted, found: value, danger: danger))
        }
        compare("cleanup.policy", "delete", "compaction destroys merged state") { $0 == "delete" }
        compare(
            "max.message.bytes", "at least \(wish.maxMessageBytes)",
            "the largest webhooks would be refused"
        ) { Int($0).map { $0 >= wish.maxMessageBytes } ?? false }
        guard found.replicas >= 3 else { return differences }
        compare(
            "min.insync.replicas", "at least 2", "the loss of one broker could lose records"
        ) { Int($0).map { $0 >= 2 } ?? false }
        compare(
            "unclean.leader.election.enable", "false",
            "a replica that lacks records could become the leader"
        ) { $0 == "false" }
        return differences
    }
}
