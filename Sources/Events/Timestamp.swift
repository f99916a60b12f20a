internal import Threads

/// An instant: seconds since 1970 in UTC, and nanoseconds into the second.
package struct Timestamp: Hashable, Sendable {
    /// Whole seconds since 1970-01-01T00:00:00Z, without leap seconds.
    package let seconds: Int64

    /// Nanoseconds after that, 0 to 999,999,999.
    package let nanoseconds: Int32

    /// Makes an instant.
    package init(seconds: Int64, nanoseconds: Int32 = 0) {
        precondition((0..<1_000_000_000).contains(nanoseconds), "not a fraction of a second")
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// Makes an instant from milliseconds since 1970, as Kafka has them.
    package init(milliseconds: Int64) {
        let (seconds, rest) = milliseconds.flooredDivision(by: 1000)
        self.init(seconds: seconds, nanoseconds: Int32(rest) * 1_000_000)
    }

    /// The present.
    package static func now() -> Timestamp {
        let now = WallClock.now()
        return Timestamp(seconds: now.seconds, nanoseconds: now.nanoseconds)
    }

    /// Milliseconds since 1970, rounded down.
    package var milliseconds: Int64 { seconds * 1000 + Int64(nanoseconds / 1_000_000) }

    /// The instant that lies `seconds` later.
    package func adding(seconds more: Int64) -> Timestamp {
        Timestamp(seconds: seconds + more, nanoseconds: nanoseconds)
    }

    /// Seconds from `earlier` to this instant.
    package func seconds(since earlier: Timestamp) -> Double {
        Double(seconds - earlier.seconds) + Double(nanoseconds - earlier.nanoseconds) / 1e9
    }
}

extension Timestamp: Comparable {
    /// Orders by time.
    package static func < (left: Self, right: Self) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
}

extension Int64 {
    /// Divides with a remainder that is never negative.
    func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
