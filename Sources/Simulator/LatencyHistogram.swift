/// Counts of latencies in steps of 3 %, from a microsecond to an hour: percentiles without keeping
/// every value.
package struct LatencyHistogram: Sendable {
    /// A value below 64 microseconds has a bucket of its own; above, 32 share each doubling.
    private static let buckets = 1024

    private var counts = [Int](repeating: 0, count: buckets)

    /// How many latencies were added.
    package private(set) var count = 0

    /// The longest, in seconds.
    package private(set) var longest = 0.0

    /// Makes an empty one.
    package init() {}

    /// Adds a latency in seconds.
    package mutating func add(_ seconds: Double) {
        counts[Self.bucket(seconds)] += 1
        count += 1
        longest = max(longest, seconds)
    }

    /// Adds all that another one has.
    package mutating func add(_ other: LatencyHistogram) {
        for index in counts.indices { counts[index] += other.counts[index] }
        count += other.count
        longest = max(longest, other.longest)
    }

    /// The latency in seconds that this share (0 to 1) of all does not exceed, 3 % at most too
    /// high; 0 where there are none.
    package func percentile(_ share: Double) -> Double {
        let wanted = max(1, Int((Double(count) * share).rounded(.up)))
        var seen = 0
        for (index, number) in counts.enumerated() {
            seen += number
            if seen >= wanted { return min(Self.upperBound(index), longest) }
        }
        return longest
    }

    private static func bucket(_ seconds: Double) -> Int {
        let microseconds = UInt64(min(max(seconds * 1e6, 0), 3.6e9).rounded(.up))
        let shift = max(0, 64 - microseconds.leadingZeroBitCount - 6)
        return min(shift * 32 + Int(microseconds >> UInt64(shift)), buckets - 1)
    }

    private static func upperBound(_ bucket: Int) -> Double {
        guard bucket >= 64 else { return Double(bucket) / 1e6 }
        let shift = bucket / 32 - 1
        let steps = bucket - shift * 32
        return Double((UInt64(steps + 1) << UInt64(shift)) - 1) / 1e6
    }
}
