internal import Threads

/// When the consumer looks after what is not a record.
struct ConsumerSchedule {
    /// Between two looks at the topics' partitions.
    static let refreshNanoseconds: UInt64 = 60_000_000_000
    /// The same while a topic is missing or a partition is in trouble.
    static let retryNanoseconds: UInt64 = 2_000_000_000
    /// Between two times that offsets go to the group.
    static let upkeepNanoseconds: UInt64 = 1_000_000_000

    /// Between two looks for what a command asks.
    static let requestNanoseconds: UInt64 = 250_000_000

    /// Between two times that all partitions are checked after a connection was lost.
    static let checkNanoseconds: UInt64 = 10_000_000_000

    /// Between two such times without a reason: a topic that is made again and filled within a
    /// moment gives no sign.
    static let regularCheckNanoseconds: UInt64 = 600_000_000_000

    /// Without a word from Kafka for so long, it is asked: a connection can die in silence.
    static let silenceNanoseconds: UInt64 = 10_000_000_000

    private var nextRefresh: UInt64 = 0
    private var lastWord: UInt64 = 0
    private var nextCheck: UInt64 = 0
    private var nextRegularCheck: UInt64?
    private var isCheckWanted = false
    private var nextUpkeep: UInt64 = 0
    private var nextRequest: UInt64 = 0

    /// Whether it is time to ask for the topics' partitions.
    mutating func isRefreshDue(at now: UInt64 = MonotonicClock.now()) -> Bool {
        guard now >= nextRefresh || now >= lastWord + Self.silenceNanoseconds else { return false }
        nextRefresh = now + Self.refreshNanoseconds
        lastWord = now
        return true
    }

    /// Kafka said something.
    mutating func hear(at now: UInt64 = MonotonicClock.now()) {
        lastWord = now
    }

    /// Asks for the topics' partitions again soon.
    mutating func refreshSoon(at now: UInt64 = MonotonicClock.now()) {
        nextRefresh = min(nextRefresh, now + Self.retryNanoseconds)
    }

    /// Asks for a check of all partitions, as soon as the last one is long enough ago.
    mutating func wantCheck() {
        isCheckWanted = true
    }

    /// Whether it is time to check all partitions.
    mutating func isCheckDue(at now: UInt64 = MonotonicClock.now()) -> Bool {
        let regular = nextRegularCheck ?? now + Self.regularCheckNanoseconds
        nextRegularCheck = regular
        guard now >= nextCheck, isCheckWanted || now >= regular else { return false }
        isCheckWanted = false
        nextCheck = now + Self.checkNanoseconds
        nextRegularCheck = now + Self.regularCheckNanoseconds
        return true
    }

    /// Whether it is time to write offsets to the group.
    mutating func isUpkeepDue(at now: UInt64 = MonotonicClock.now()) -> Bool {
        guard now >= nextUpkeep else { return false }
        nextUpkeep = now + Self.upkeepNanoseconds
        return true
    }

    /// Whether it is time to look for what a command asks.
    mutating func isRequestDue(at now: UInt64 = MonotonicClock.now()) -> Bool {
        guard now >= nextRequest else { return false }
        nextRequest = now + Self.requestNanoseconds
        return true
    }
}
