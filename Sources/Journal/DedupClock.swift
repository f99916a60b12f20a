/// The time by which ids leave the dedup window: pure.
///
/// It follows the wall clock, but never goes back, and is at most a tenth faster than the
/// monotonic clock: a step of the wall clock must not empty the index.
struct DedupClock {
    private static let second: Int128 = 1_000_000_000

    /// Nanoseconds since 1970.
    private var time: Int128
    /// The monotonic clock when the time was last brought forward.
    private var monotonic: UInt64

    /// Starts at the arrival of the newest record, in seconds since 1970, though not after now.
    init(newestArrival: Int64?, at now: Moment) {
        time = Int128(min(newestArrival ?? now.seconds, now.seconds)) * Self.second
        monotonic = now.monotonic
    }

    /// Seconds since 1970.
    var seconds: Int64 { Int64(time / Self.second) }

    /// Follows the wall clock to this moment, as far as it may.
    mutating func advance(to now: Moment) {
        guard now.monotonic > monotonic else { return }
        let passed = Int128(now.monotonic - monotonic)
        monotonic = now.monotonic
        time = max(time, min(Int128(now.seconds) * Self.second, time + passed + passed / 10))
    }
}
