internal import Telemetry
internal import Threads

/// What a listener counts.
final class HTTPMetrics: Sendable {
    private let metrics: Metrics
    private let listener: (String, String)
    private let closed: Counter
    private let aborted: Counter
    private let accepted: Counter
    private let expired: [ConnectionClock.Phase: Counter]
    /// A status or a reason appears when it is first counted.
    private let responses = Monitor<[Int: Counter]>([:])
    private let refusals = Monitor<[String: Counter]>([:])

    init(_ metrics: Metrics, listener name: String) {
        let listener = ("listener", name)
        self.metrics = metrics
        self.listener = listener
        closed = metrics.counter(
            "hookline_http_connections_dropped_total",
            "Connections closed without a word, since even the refusals had no room.", [listener])
        aborted = metrics.counter(
            "hookline_http_requests_aborted_total",
            "Requests whose client went away, or was cut, before they were whole.", [listener])
        accepted = Self.responses(metrics, listener, 200)
        let clocks: [(ConnectionClock.Phase, String)] = [
            (.idle, "idle"), (.header, "header"), (.body, "body"), (.waiting, "answer"),
        ]
        expired = Dictionary(
            uniqueKeysWithValues: clocks.map { phase, clock in
                let counter = metrics.counter(
                    "hookline_http_timeouts_total", "Clocks of connections that ran out.",
                    [listener, ("clock", clock)])
                return (phase, counter)
            })
    }

    private static func responses(
        _ metrics: Metrics, _ listener: (String, String), _ status: Int
    ) -> Counter {
        metrics.counter(
            "hookline_http_responses_total", "Answers by their status.",
            [listener, ("status", String(status))])
    }

    /// Has the table and the budget asked when somebody looks.
    func watch(_ table: ConnectionTable, _ budget: BodyBudget) {
        metrics.gauge("hookline_http_connections", "Open connections.", [listener]) {
            Double(table.count)
        }
        metrics.gauge("hookline_http_body_bytes", "Bytes of bodies in memory.", [listener]) {
            Double(budget.used)
        }
    }

    func countDrop() {
        closed.add()
    }

    func countAbort() {
        aborted.add()
    }

    func countExpiry(_ phase: ConnectionClock.Phase) {
        expired[phase]?.add()
    }

    func countResponse(_ status: Int) {
        // The one that is frequent goes without a lock.
        if status == 200 { return accepted.add() }
        let counter = responses.withLock { responses in
            if let known = responses[status] { return known }
            let counter = Self.responses(metrics, listener, status)
            responses[status] = counter
            return counter
        }
        counter.add()
    }

    func countRefusal(_ reason: StaticString) {
        let reason = "\(reason)"
        let counter = refusals.withLock { refusals in
            if let known = refusals[reason] { return known }
            let counter = metrics.counter(
                "hookline_http_refusals_total", "Requests refused, by the reason.",
                [listener, ("reason", reason)])
            refusals[reason] = counter
            return counter
        }
        counter.add()
    }
}
