internal import Glibc

/// The monotonic clock to a few milliseconds, at a tenth of the cost.
enum CoarseClock {
    /// Milliseconds since the machine started.
    static func now() -> UInt64 {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return UInt64(time.tv_sec) * 1_000 + UInt64(time.tv_nsec) / 1_000_000
    }
}
