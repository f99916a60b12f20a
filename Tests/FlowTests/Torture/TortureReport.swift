/// What a torture run did and what came of it, for people.
struct TortureReport {
    let settings: TortureSettings
    /// What happened when, a line each.
    var events: [String] = []
    /// Counts and times.
    var facts: [String] = []
    /// What must not be; none where all is well.
    var violations: [String] = []
    /// Where the folders were copied to.
    var kept: String?

    private let start = ContinuousClock.now

    init(_ settings: TortureSettings) { self.settings = settings }

    /// Notes something with its time.
    mutating func note(_ text: String) {
        events.append("\(seconds) s  \(text)")
    }

    /// Seconds since the beginning, with one digit.
    var seconds: String {
        let tenths = Int((ContinuousClock.now - start) / .milliseconds(100))
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// All of it.
    var text: String {
        let head = """
            torture: seed \(settings.seed), \(settings.minutes) minutes, \(settings.nodes) Kafka \
            nodes, \(settings.delivery), \(settings.perSecond) requests/s
            """
        let verdict =
            violations.isEmpty
            ? "PASSED" : "FAILED: \(violations.count) violations, the first of them:"
        let lines =
            [head] + events.map { "  \($0)" } + facts.map { "  \($0)" } + ["  \(verdict)"]
            + violations.prefix(40).map { "    \($0)" }
            + (kept.map { ["  kept: \($0)"] } ?? [])
        return lines.joined(separator: "\n") + "\n"
    }
}
