internal import Synchronization

/// A number that only goes up.
package final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    /// Counts so many more.
    package func add(_ amount: Int = 1) {
        count.wrappingAdd(amount, ordering: .relaxed)
    }

    /// What was counted so far.
    package var value: Int {
        count.load(ordering: .relaxed)
    }
}

/// A number that goes up and down.
package final class Gauge: Sendable {
    private let bits = Atomic<UInt64>(0)

    /// It is this now.
    package func set(_ value: Double) {
        bits.store(value.bitPattern, ordering: .relaxed)
    }

    /// It is this now.
    package func set(_ value: some BinaryInteger) {
        set(Double(value))
    }

    /// It is so much more now, or less.
    package func add(_ change: Double) {
        bits.addDouble(change)
    }

    /// What it is.
    package var value: Double {
        Double(bitPattern: bits.load(ordering: .relaxed))
    }
}

/// How often something took how long, in buckets.
package final class Histogram: Sendable {
    /// Buckets for times from half a millisecond to ten seconds.
    package static let secondsBuckets = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    /// The upper bounds, ascending; a last one stands for everything above.
    let bounds: [Double]
    private let counts: [Counter]
    private let sum = Atomic<UInt64>(0)

    init(bounds: [Double]) {
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy(<), "buckets ascend")
        self.bounds = bounds
        counts = (0...bounds.count).map { _ in Counter() }
    }

    /// It took so many seconds, or had whatever unit the name says.
    package func observe(_ value: Double) {
        // A dozen bounds: a walk is quicker than a search.
        var bucket = 0
        while bucket < bounds.count && value > bounds[bucket] { bucket += 1 }
        counts[bucket].add()
        sum.addDouble(value)
    }

    /// It took this long.
    package func observe(_ duration: Duration) {
        observe(duration / .seconds(1))
    }

    /// It took the time between two readings of the monotonic clock, in nanoseconds.
    package func observe(from start: UInt64, to end: UInt64) {
        observe(Double(end &- start) / 1e9)
    }

    /// How many were at or below each bound and, last, how many in all; and their sum.
    func reading() -> (cumulative: [Int], sum: Double) {
        var total = 0
        let cumulative = counts.map { count in
            total += count.value
            return total
        }
        return (cumulative, Double(bitPattern: sum.load(ordering: .relaxed)))
    }
}

extension Atomic where Value == UInt64 {
    /// Adds to the `Double` whose bits these are.
    fileprivate borrowing func addDouble(_ amount: Double) {
        var expected = load(ordering: .relaxed)
        while true {
            let sum = (Double(bitPattern: expected) + amount).bitPattern
            let (exchanged, original) = weakCompareExchange(
                expected: expected, desired: sum, ordering: .relaxed)
            if exchanged { return }
            expected = original
        }
    }
}
