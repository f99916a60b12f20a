internal import Threads

/// A moment by both clocks: what is decided by time is given one.
struct Moment: Sendable {
    /// Seconds since 1970.
    let seconds: Int64
    /// Nanoseconds of the clock that only goes forward.
    let monotonic: UInt64

    static func now() -> Moment {
        Moment(seconds: WallClock.now().seconds, monotonic: MonotonicClock.now())
    }
}
