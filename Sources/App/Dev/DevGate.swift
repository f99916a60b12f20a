import Threads

/// Keeps the publisher of `dev` from running away from the consumer: the embedded Kafka holds 5 MB
/// a partition and drops the oldest, read or not.
final class DevGate: Sendable {
    /// How far the publisher may be ahead, in bytes of a topic, and so of each of its partitions.
    static let aheadLimit = 2_000_000

    private struct Ahead {
        var bytes = 0
        var records = 0
    }

    /// The topics that the consumer reads; others are let through.
    private let read: Set<String>
    private let ahead = Monitor<[String: Ahead]>([:])

    init(read: Set<String>) {
        self.read = read
    }

    /// Whether so many bytes may go to the topic now; then they count as ahead.
    func mayPublish(_ topic: String, _ bytes: Int) -> Bool {
        guard read.contains(topic) else { return true }
        return ahead.withLock { ahead in
            let now = ahead[topic, default: Ahead()]
            // A single record is never held up, however large it is.
            guard now.records == 0 || now.bytes + bytes <= Self.aheadLimit else { return false }
            ahead[topic] = Ahead(bytes: now.bytes + bytes, records: now.records + 1)
            return true
        }
    }

    /// The consumer has got so many bytes of the topic.
    func applied(_ topic: String, _ bytes: Int) {
        ahead.withLock { ahead in
            guard let now = ahead[topic] else { return }
            let records = max(0, now.records - 1)
            // Each record counts once here even if it was sent twice: none left means none ahead.
            ahead[topic] = Ahead(
                bytes: records == 0 ? 0 : max(0, now.bytes - bytes), records: records)
        }
    }
}
