internal import Glibc

/// The wall clock, for the time a person or another machine reads.
package enum WallClock {
    /// Now, since 1970 in UTC.
    package static func now() -> (seconds: Int64, nanoseconds: Int32) {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return (Int64(time.tv_sec), Int32(time.tv_nsec))
    }
}

/// The clock that only goes forward, for measuring: nanoseconds since some moment before.
package enum MonotonicClock {
    /// Nanoseconds since the machine started.
    package static func now() -> UInt64 {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

/// The clock that only goes forward and counts the time that the machine was suspended too.
package enum BootClock {
    /// Nanoseconds since the machine started.
    package static func now() -> UInt64 {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_BOOTTIME, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

extension timespec {
    /// This length of time; nothing where it is negative.
    init(_ duration: Duration) {
        let (seconds, attoseconds) = max(duration, .zero).components
        // A year stands for ever: beyond it the sum with the clock could overflow.
        self.init(
            tv_sec: Int(min(seconds, 31_536_000)), tv_nsec: Int(attoseconds / 1_000_000_000))
    }

    /// The moment of the monotonic clock this long from now.
    init(after duration: Duration) {
        var now = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &now)
        let length = timespec(duration)
        let nanoseconds = now.tv_nsec + length.tv_nsec
        self.init(
            tv_sec: now.tv_sec + length.tv_sec + nanoseconds / 1_000_000_000,
            tv_nsec: nanoseconds % 1_000_000_000)
    }
}
