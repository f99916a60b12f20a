package import Configuration

/// Section `topics`: how `topics create` makes them, and what `topics check` expects.
package struct TopicsConfiguration: Sendable {
    /// Partitions of each topic; default 6, from 1 to 1,000.
    package var partitions = 6
    /// Replicas of each partition; default what the brokers have, 3 at most.
    package var replicas: Int?
    /// Hours after which Kafka may drop records; default unlimited.
    package var retentionHours: Int?
    /// How the brokers keep records; default as they come.
    package var compression = Compression.producer

    /// How the brokers keep records: `compression.type` of a topic.
    package enum Compression: String, CaseIterable, Sendable {
        /// As their producer compressed them.
        case producer
        /// As they are: then a batch takes no more memory than the broker allows in bytes, whoever
        /// wrote it.
        case uncompressed
    }

    /// The defaults.
    package init() {}

    /// Reads the section; 0 stands for what is not set.
    package init(_ section: ConfigurationSection) {
        partitions = section.integer("partitions", default: partitions, range: 1...1_000)
        let replicas = section.integer("replicas", default: 0, range: 0...100)
        self.replicas = replicas == 0 ? nil : replicas
        let hours = section.integer("retentionHours", default: 0, range: 0...1_000_000)
        retentionHours = hours == 0 ? nil : hours
        compression = section.choice("compression", default: compression)
    }

    /// The same as Kafka has it: milliseconds, or -1 for never.
    var retentionMilliseconds: Int { retentionHours.map { $0 * 3_600_000 } ?? -1 }
}
