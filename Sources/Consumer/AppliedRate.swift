/// How many records a second, over the last few seconds.
struct AppliedRate: Sendable {
    /// How many seconds count.
    private static let span: UInt64 = 10

    /// What was applied in a second of the monotonic clock.
    private struct Bucket: Sendable {
        var second: UInt64 = 0
        var records = 0
    }

    private var buckets = [Bucket](repeating: Bucket(), count: Int(span))

    /// Adds records that were applied now, in nanoseconds of the monotonic clock.
    mutating func add(_ records: Int, at now: UInt64) {
        let second = now / 1_000_000_000
        let place = Int(second % Self.span)
        if buckets[place].second != second { buckets[place] = Bucket(second: second) }
        buckets[place].records += records
    }

    /// Records a second.
    ///
    /// The second that is under way counts with what it has so far, in the place of the oldest.
    func perSecond(at now: UInt64) -> Double {
        let second = now / 1_000_000_000
        let recent = buckets.filter { $0.second + Self.span > second }
        return Double(recent.reduce(0) { $0 + $1.records }) / Double(Self.span)
    }
}
