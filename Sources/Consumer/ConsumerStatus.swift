package import Kafka

/// How fast the consumer comes on, and where it is going.
package struct ConsumerProgress: Sendable {
    /// Records applied a second, over the last ten seconds.
    package let rate: Double
    /// Where the partitions ended when they were last fetched.
    package let ends: [TopicPartition: Int64]
}

/// Whether the state follows the topics, and if not, why.
package struct ConsumerStatus: Hashable, Sendable {
    /// What the consumer knows of Kafka.
    package enum Connection: Hashable, Sendable {
        /// Nothing yet.
        case starting
        /// It answers.
        case reading
        /// It does not answer.
        case waiting(String)
        /// The consumer has ended.
        case ended
    }

    /// What is known of Kafka.
    package internal(set) var connection = Connection.starting
    /// Topics of the catalogue that cannot be read, and why.
    package internal(set) var topics: [String: String] = [:]
    /// Topics that the state has read and that are read no more.
    package internal(set) var abandoned: [String] = []
    /// Partitions that cannot be read for now, and why.
    package internal(set) var troubled: [TopicPartition: String] = [:]
    /// Partitions that are not read on, and why.
    package internal(set) var stopped: [TopicPartition: StopReason] = [:]

    /// The state's write-ahead log, if it is much larger than it should be.
    package internal(set) var log: String?
    /// How many rows of entities are in the lists, while not all are.
    package internal(set) var listedRows: Int64?

    /// How many entities are very large, of those that were written since the start.
    package internal(set) var largeEntities = 0

    /// Whether every topic of the catalogue is read.
    package var isReady: Bool { reasons.isEmpty }

    /// What is in the way, a sentence each; empty where nothing is.
    package var reasons: [String] {
        var reasons: [String] = []
        switch connection {
        case .starting: reasons.append("Kafka has not answered yet")
        case .waiting(let why): reasons.append("waiting for Kafka: \(why)")
        case .ended: reasons.append("the consumer has ended")
        case .reading: break
        }
        reasons += topics.sorted { $0.key < $1.key }.map { "topic \($0): \($1)" }
        reasons += abandoned.map { topic in
            "the state has read the topic \(topic), which the catalogue does not name: name it under "
                + "formerTopics of the types whose events it holds, or build the state without it by "
                + "`hookline replay --swap --accept-loss`"
        }
        reasons += stopped.sorted { $0.key < $1.key }.map { "\($0) is not read on: \($1)" }
        reasons += troubled.sorted { $0.key < $1.key }.map { "\($0) cannot be read: \($1)" }
        return reasons
    }

    /// What is worth saying though the state follows the topics, a sentence each.
    package var notes: [String] {
        var notes: [String] = []
        if let log { notes.append(log) }
        if let listedRows {
            notes.append(
                "filters of lists are slow until every entity is in the new index: "
                    + "\(listedRows) rows are done")
        }
        if largeEntities > 0 {
            notes.append(
                "\(largeEntities) entities have more than 8 MiB each: each of their events takes long; "
                    + "the log names them")
        }
        return notes
    }
}
