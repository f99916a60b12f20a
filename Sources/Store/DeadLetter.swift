package import Events
package import Projection

/// A record that could not be applied.
package struct DeadLetter: Sendable {
    /// Its number in this state.
    package let number: Int64
    /// Where it lies.
    package let position: RecordPosition
    /// Why it could not be applied.
    package let reason: DeadLetterReason
    /// The same in words.
    package let detail: String
    /// When it was met.
    package let time: Timestamp
    /// Its key, up to `StateStore.deadLetterKeyBytes`; nil where it has none.
    package let key: [UInt8]?
    /// Its value, up to `StateStore.deadLetterBytes`; nil where it has none, or where only the
    /// list was asked for.
    package let value: [UInt8]?
    /// How long its value is in Kafka.
    package let valueBytes: Int

    /// Whether the store has not all of its value.
    package var isCut: Bool { (value?.count ?? 0) < valueBytes }
}

/// Which dead letters are meant: those that every part that is set names.
package struct DeadLetterSelection: Hashable, Sendable {
    /// Only these; empty for any.
    package var numbers: Set<Int64> = []
    /// Only for these reasons; empty for any.
    package var reasons: Set<DeadLetterReason> = []
    /// Only from these topics; empty for any.
    package var topics: Set<String> = []
    /// Met then or later.
    package var since: Timestamp?
    /// Met before then.
    package var until: Timestamp?

    /// All of them.
    package init() {}
}

// As text, a line a part: how a request carries it.
extension DeadLetterSelection: LosslessStringConvertible {
    /// Its lines.
    package var description: String {
        var lines = numbers.sorted().map { "number \($0)" }
        lines += reasons.map(\.name).sorted().map { "reason \($0)" }
        lines += topics.sorted().map { "topic \($0)" }
        if let since { lines.append("since \(since.rfc3339)") }
        if let until { lines.append("until \(until.rfc3339)") }
        return lines.joined(separator: "\n")
    }

    /// Reads the lines; nil where one says nothing that is known.
    package init?(_ text: String) {
        for line in text.split(separator: "\n") {
            guard let space = line.firstIndex(of: " ") else { return nil }
            let value = String(line[line.index(after: space)...])
            switch line[..<space] {
            case "number":
                guard let number = Int64(value) else { return nil }
                numbers.insert(number)
            case "reason":
                guard let reason = DeadLetterReason(name: value) else { return nil }
                reasons.insert(reason)
            case "topic": topics.insert(value)
            case "since":
                guard let time = Timestamp(rfc3339: value) else { return nil }
                since = time
            case "until":
                guard let time = Timestamp(rfc3339: value) else { return nil }
                until = time
            default: return nil
            }
        }
    }
}
