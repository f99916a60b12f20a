internal import Telemetry
internal import Threads

/// What the query API measures beside its listener, which counts answers and refusals.
struct QueryMetrics: Sendable {
    private let quick: Histogram
    private let past: Histogram

    init(_ metrics: Metrics) {
        let name = "hookline_query_seconds"
        let help = "From the head of a question to its answer, by where the answer comes from."
        quick = metrics.histogram(name, help, [("from", "state")])
        past = metrics.histogram(name, help, [("from", "kafka")])
    }

    func observe(_ line: QueryDesk.Line, since start: UInt64) {
        let histogram = line == .past ? past : quick
        histogram.observe(from: start, to: MonotonicClock.now())
    }
}
