package import Events
internal import JSON
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
    /// The record's own timestamp, in milliseconds since 1970; nil if it is not known.
    package let timestamp: Int64?
    /// The hash of its whole value; nil if it has none, or if a version that kept no hashes met it.
    package let hash: BodyHash?
    /// Whether key and value are kept at all: past `state.deadLettersBytes` only Kafka has them.
    package let isKept: Bool
    /// Its key, up to `StateStore.deadLetterKeyBytes`; nil where it has none.
    package let key: [UInt8]?
    /// Its value, up to `StateStore.deadLetterBytes`; nil where it has none, or where only the
    /// list was asked for.
    package let value: [UInt8]?
    /// How long its value is in Kafka.
    package let valueBytes: Int

    /// Whether the store has not all of its value.
    package var isCut: Bool { !isKept || (value?.count ?? 0) < valueBytes }

    /// The same with its whole record; nil if that is another one than was met.
    package func completed(key: [UInt8]?, value: [UInt8]?) -> DeadLetter? {
        guard (value?.count ?? 0) == valueBytes, (key ?? []).starts(with: self.key ?? []),
            (value ?? []).starts(with: self.value ?? [])
        else { return nil }
        // A version that kept no hashes kept the beginning of every value.
        if hash != nil || self.value == nil {
            guard value.map({ BodyHash(hashing: $0.span) }) == hash else { return nil }
        }
        return DeadLetter(
            number: number, position: position, reason: reason, detail: detail, time: time,
            timestamp: timestamp, hash: hash, isKept: true, key: key, value: value,
            valueBytes: valueBytes)
    }
}

extension DeadLetter {
    /// What is kept of a record that was just met: the beginning of its key and its value, and
    /// nothing of a value that is too long to be read.
    package init(
        _ reason: DeadLetterReason, _ detail: String, at position: RecordPosition,
        key: Span<UInt8>?, value: Span<UInt8>?, timestamp: Int64?, time: Timestamp
    ) {
        var (keptKey, keptValue, hash): ([UInt8]?, [UInt8]?, BodyHash?)
        if let key {
            keptKey = [UInt8](copying: key.extracting(first: StateStore.deadLetterKeyBytes))
        }
        if let value {
            hash = BodyHash(hashing: value)
            if reason != .size {
                keptValue = [UInt8](copying: value.extracting(first: StateStore.deadLetterBytes))
            }
        }
        self.init(
            number: 0, position: position, reason: reason, detail: detail, time: time,
            timestamp: timestamp, hash: hash, isKept: true, key: keptKey, value: keptValue,
            valueBytes: value?.count ?? 0)
    }
}

/// A dead letter that was set aside: the record is counted no more, in no later generation either.
package struct DroppedLetter: Hashable, Sendable {
    /// Where the record lies.
    package let position: RecordPosition
    /// The hash of its value; nil if it has none.
    package let hash: BodyHash?
    /// Why it could not be applied.
    package let reason: DeadLetterReason
    /// Why it was set aside.
    package let why: String
    /// When it was set aside.
    package let time: Timestamp
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
