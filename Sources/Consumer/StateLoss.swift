package import Kafka
package import Store

/// Events and dead letters that the live state has and a rebuilt one has not.
package struct StateLoss: Sendable {
    /// How many of them are named at most.
    package static let namedLimit = 10

    /// Events; each counts once, however often it came.
    package var events = 0
    /// The first of them: what each is, and where its record was.
    package var named: [String] = []
    /// For each partition the first and the last of their offsets.
    package var spans: [TopicPartition: ClosedRange<Int64>] = [:]
    /// Dead letters whose records are gone, without their values; they are carried over.
    package var deadLetters: [DeadLetter] = []

    /// Nothing yet.
    package init() {}

    /// Whether nothing is lost.
    package var isNothing: Bool { events == 0 && spans.isEmpty }
}

extension StateLoss: CustomStringConvertible {
    /// What is missing, a line for each thing that is named, and what to do.
    package var description: String {
        var lines = ["\(events) events that the live state has, so that one stays live"]
        lines += named.map { "  " + $0 }
        if events > named.count { lines.append("  and \(events - named.count) more") }
        lines += spans.sorted { $0.key < $1.key }.map { key, span in
            "  \(key) lacks records from \(span.lowerBound) to \(span.upperBound)"
        }
        lines.append(
            "run `hookline journal requeue` if the journal still has them, then replay again; or "
                + "add --accept-loss to do without them")
        return lines.joined(separator: "\n")
    }
}
