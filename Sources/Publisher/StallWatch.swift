/// Which topics stand still while others go on: pure.
///
/// A partition that is offline or has too few replicas in sync gives no error: its records wait in
/// the client, and soon fill the window. That others arrive shows that it is not all of Kafka.
struct StallWatch: Sendable {
    /// Looks further apart than this mean that the process itself stood still.
    private static let pauseLimit: UInt64 = 1_000_000_000

    /// How long a record may wait, in nanoseconds.
    private let limit: UInt64
    /// The latest hand-over of a record that has been acknowledged.
    private var latest: UInt64 = 0
    private var lookedAt: UInt64 = 0
    /// The end of the last pause of the process; waiting counts from here.
    private var awakeSince: UInt64 = 0

    init(limit: Duration) {
        self.limit = UInt64(limit / .nanoseconds(1))
    }

    /// Notes that a record that was handed over at this time is acknowledged.
    mutating func noteAcknowledged(sentAt: UInt64) {
        latest = max(latest, sentAt)
    }

    /// Notes the time; comes before each question.
    mutating func look(now: UInt64) {
        if now > lookedAt + Self.pauseLimit { awakeSince = now }
        lookedAt = now
    }

    /// Handed over at this time or before, a record has waited too long; nil if none can have.
    var overdue: UInt64? {
        lookedAt >= limit && lookedAt - limit >= awakeSince ? lookedAt - limit : nil
    }

    /// Handed over at this time or before, a record stands still: it has waited too long, and one
    /// handed over later is acknowledged.
    var stalled: UInt64? {
        guard let overdue, latest > 0 else { return nil }
        return min(overdue, latest - 1)
    }
}
