package import JSON

/// What a simulation sent, and how it was answered.
package struct SimulationReport: Sendable, CustomStringConvertible {
    /// Requests that were made, each once however often it was tried.
    package var sent = 0

    /// Attempts that were not the first.
    package var attemptsMore = 0

    /// Events taken for the first time.
    package var accepted = 0

    /// Events that had been taken before.
    package var duplicates = 0

    /// Requests kept in quarantine.
    package var quarantined = 0

    /// Requests refused in the end, by status.
    package var refused: [Int: Int] = [:]

    /// Requests that nobody answered in the end.
    package var unanswered = 0

    /// From the first request to the last answer, or to now.
    package var seconds = 0.0

    /// From the moment when a request was due to its 200, in seconds.
    package var latency = LatencyHistogram()

    /// Makes an empty report.
    package init() {}

    /// All that the receiver has taken over.
    package var acknowledged: Int { accepted + duplicates + quarantined }

    /// Acknowledgements a second.
    package var rate: Double { seconds > 0 ? Double(acknowledged) / seconds : 0 }

    /// Whether a request was refused that is no deliberate fault, or nobody answered.
    package var hasFailures: Bool {
        unanswered > 0 || refused.contains { $0.key != 400 }
    }

    /// Adds one request.
    mutating func add(_ answer: SimulatedAnswer, attempts: Int, seconds: Double) {
        sent += 1
        attemptsMore += attempts - 1
        if answer.isAcknowledged { latency.add(seconds) }
        switch answer {
        case .accepted: accepted += 1
        case .duplicate: duplicates += 1
        case .quarantined: quarantined += 1
        case .refused(let status): refused[status, default: 0] += 1
        case .unanswered: unanswered += 1
        }
    }

    /// The report for a person.
    package var description: String {
        var lines = [
            "sent         \(sent) in \(tenths(seconds)) s, \(tenths(rate)) acknowledged a second",
            "acknowledged \(acknowledged): \(accepted) new, \(duplicates) seen before, "
                + "\(quarantined) in quarantine",
        ]
        for (status, count) in refused.sorted(by: { $0.key < $1.key }) {
            lines.append("refused      \(count) with \(status)")
        }
        if unanswered > 0 { lines.append("unanswered   \(unanswered)") }
        if attemptsMore > 0 { lines.append("tried again  \(attemptsMore) times") }
        let parts = Self.shares.map { "\($0.name) \(tenths(latency.percentile($0.share) * 1000))" }
        lines.append("latency ms   " + parts.joined(separator: "  "))
        return lines.joined(separator: "\n")
    }

    /// Writes the report for a script.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.field("sent", sent)
            object.field("acknowledged", acknowledged)
            object.field("accepted", accepted)
            object.field("duplicates", duplicates)
            object.field("quarantined", quarantined)
            object.object("refused") { statuses in
                for (status, count) in refused.sorted(by: { $0.key < $1.key }) {
                    statuses.field("\(status)", count)
                }
            }
            object.field("unanswered", unanswered)
            object.field("triedAgain", attemptsMore)
            object.field("seconds", seconds)
            object.field("acknowledgedPerSecond", rate)
            object.object("latencyMilliseconds") { latencies in
                for (name, share) in Self.shares {
                    latencies.field(name, latency.percentile(share) * 1000)
                }
            }
        }
    }

    private static let shares = [
        (name: "p50", share: 0.5), (name: "p90", share: 0.9), (name: "p99", share: 0.99),
        (name: "p99.9", share: 0.999), (name: "max", share: 1),
    ]

    private func tenths(_ number: Double) -> String {
        "\((number * 10).rounded() / 10)"
    }
}
