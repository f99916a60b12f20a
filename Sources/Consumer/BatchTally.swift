internal import Projection
internal import Telemetry
internal import Threads

/// What a batch adds to the metrics, counted plainly until its end.
struct BatchTally {
    /// By the outcomes' raw values.
    private var outcomes = [Int](repeating: 0, count: Outcome.allCases.count + 1)
    var deadLetters: [DeadLetterReason: Int] = [:]
    /// Bytes of the values.
    var bytes = 0
    private var start: UInt64 = 0

    /// The first record is there.
    mutating func begin() {
        start = MonotonicClock.now()
    }

    mutating func count(_ outcome: Outcome) {
        outcomes[Int(outcome.rawValue)] += 1
    }

    /// Adds everything to the metrics, and starts anew.
    mutating func report(to metrics: ConsumerMetrics) {
        for outcome in Outcome.allCases {
            let count = outcomes[Int(outcome.rawValue)]
            if count > 0 { metrics.outcomes[outcome]?.add(count) }
            outcomes[Int(outcome.rawValue)] = 0
        }
        for (reason, count) in deadLetters { metrics.deadLetters[reason]?.add(count) }
        deadLetters.removeAll()
        if bytes > 0 { metrics.bytes.add(bytes) }
        bytes = 0
        if start > 0 { metrics.batchSeconds.observe(from: start, to: MonotonicClock.now()) }
        start = 0
    }
}
