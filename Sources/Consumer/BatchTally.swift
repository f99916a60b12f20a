internal import Projection
internal import Telemetry
internal import Threads

/// What a batch adds to the metrics, counted plainly until its end.
struct BatchTally {
    /// By the outcomes' raw values.
    private var outcomes = [Int](repeating: 0, count: Outcome.allCases.count + 1)
    private var deadLetters: [DeadLetterReason: Int] = [:]
    private var firstDeadLetter = ""
    /// How many records there are.
    private(set) var records = 0
    /// Bytes of the values.
    var bytes = 0
    private var start: UInt64 = 0

    /// The first record is there.
    mutating func begin() {
        start = MonotonicClock.now()
    }

    mutating func count(_ outcome: Outcome) {
        outcomes[Int(outcome.rawValue)] += 1
        records += 1
    }

    mutating func count(_ reason: DeadLetterReason, _ why: @autoclosure () -> String) {
        if deadLetters.isEmpty { firstDeadLetter = why() }
        deadLetters[reason, default: 0] += 1
        records += 1
    }

    /// A record that was set aside before.
    mutating func countDropped() {
        records += 1
    }

    /// Adds everything to the metrics, says what was not applied, and starts anew.
    mutating func report(to metrics: ConsumerMetrics, _ log: Log) {
        for outcome in Outcome.allCases {
            let count = outcomes[Int(outcome.rawValue)]
            if count > 0 { metrics.outcomes[outcome]?.add(count) }
            outcomes[Int(outcome.rawValue)] = 0
        }
        reportDeadLetters(to: metrics, log)
        if bytes > 0 { metrics.bytes.add(bytes) }
        bytes = 0
        records = 0
        if start > 0 { metrics.batchSeconds.observe(from: start, to: MonotonicClock.now()) }
        start = 0
    }

    /// One line a batch: somebody may fill a topic with anything.
    private mutating func reportDeadLetters(to metrics: ConsumerMetrics, _ log: Log) {
        guard !deadLetters.isEmpty else { return }
        for (reason, count) in deadLetters {
            metrics.deadLetters[reason]?.add(count)
            metrics.deadLettersHeld[reason]?.add(Double(count))
        }
        log.warning(
            "records that cannot be applied are kept as dead letters",
            [
                "records": .init(deadLetters.values.reduce(0, +)),
                "first": .string(firstDeadLetter),
            ])
        deadLetters.removeAll()
    }
}
