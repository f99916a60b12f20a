package import Projection

/// What was read so far.
package struct CatchUpProgress: Equatable, Sendable {
    /// What was read of one topic.
    package struct Topic: Equatable, Sendable {
        /// Records, whatever became of them.
        package internal(set) var records = 0
        /// Bytes of their values.
        package internal(set) var bytes = 0
        /// Offsets passed; more than records where transactions or compaction left gaps.
        package internal(set) var offsets: Int64 = 0
    }

    /// By the topic's name.
    package private(set) var topics: [String: Topic] = [:]
    /// Records that are no events.
    package private(set) var deadLetters = 0
    /// Events passed over, since they occurred after the time that was asked for.
    package private(set) var later = 0
    /// By the outcomes' raw values.
    private var outcomes = [Int](repeating: 0, count: Outcome.allCases.count + 1)

    /// Nothing yet.
    package init() {}

    /// Records in all.
    package var records: Int { topics.values.reduce(0) { $0 + $1.records } }

    /// Bytes of their values in all.
    package var bytes: Int { topics.values.reduce(0) { $0 + $1.bytes } }

    /// Events of which this became.
    package func events(_ outcome: Outcome) -> Int { outcomes[Int(outcome.rawValue)] }

    mutating func count(_ outcome: Outcome) { outcomes[Int(outcome.rawValue)] += 1 }

    mutating func countDeadLetter() { deadLetters += 1 }

    mutating func countLater() { later += 1 }

    mutating func add(_ topic: String, _ read: Topic) {
        topics[topic, default: Topic()].records += read.records
        topics[topic, default: Topic()].bytes += read.bytes
        topics[topic, default: Topic()].offsets += read.offsets
    }
}
