import Consumer
import Events
import JSON
import Projection
import Store

/// Dead letters as people read them, and as scripts do.
enum DeadLetterText {
    /// More of a value than this is not for the eye; `--output raw` has all.
    static let textBytes = 65_536
    /// The same of one that is no text.
    static let dumpBytes = 4096

    static func table(_ letters: [DeadLetter]) -> TextTable {
        var table = TextTable("NUMBER", "REASON", "RECORD", "MET", "BYTES", "WHY")
        for letter in letters {
            table.add(
                "\(letter.number)", letter.reason.name, "\(letter.position)",
                letter.time.forPeople, "\(letter.valueBytes)", oneLine(letter.detail))
        }
        return table
    }

    /// Those that were set aside.
    static func table(_ letters: [DroppedLetter]) -> TextTable {
        var table = TextTable("RECORD", "REASON", "DROPPED", "WHY")
        for letter in letters {
            table.add(
                "\(letter.position)", letter.reason.name, letter.time.forPeople,
                oneLine(letter.why))
        }
        return table
    }

    static func json(_ letter: DroppedLetter) -> String {
        var writer = JSONWriter()
        writer.object { line in
            line.field("topic", letter.position.topic)
            line.field("partition", letter.position.partition)
            line.field("offset", letter.position.offset)
            line.field("hash", letter.hash?.description)
            line.field("reason", letter.reason.name)
            line.field("why", letter.why)
            line.field("droppedAt", letter.time.rfc3339)
        }
        writer.newline()
        return writer.text
    }

    /// Everything about one, for people.
    static func page(_ letter: DeadLetter) -> String {
        """
        number  \(letter.number)
        record  \(letter.position)
        reason  \(letter.reason.name): \(oneLine(letter.detail))
        met     \(letter.time.forPeople)
        key     \(letter.key.map(short) ?? "none")
        value   \(size(letter))

        \(value(letter))
        """
    }

    private static func size(_ letter: DeadLetter) -> String {
        guard letter.isKept else { return "\(letter.valueBytes) bytes, which only Kafka has" }
        guard let value = letter.value else { return "none" }
        guard letter.isCut else { return "\(value.count) bytes" }
        return "\(letter.valueBytes) bytes, of which the first \(value.count) are kept"
    }

    private static func value(_ letter: DeadLetter) -> String {
        guard let value = letter.value else { return "" }
        // A cut within a character would make all of it no text.
        let text = BytesText.printable(letter.isCut ? whole(value) : value)
        let shown = min(value.count, text == nil ? dumpBytes : textBytes)
        let part =
            text.map { $0.utf8.count <= shown ? $0 + "\n" : prefix($0, shown) + "\n" }
            ?? BytesText.dump(value.prefix(shown))
        let rest = value.count - shown
        return rest > 0 ? part + "... and \(rest) bytes more: --output raw prints them all\n" : part
    }

    private static func prefix(_ text: String, _ bytes: Int) -> String {
        String(decoding: whole(Array(text.utf8.prefix(bytes))), as: UTF8.self)
    }

    /// The bytes without a last character that is not all there.
    private static func whole(_ bytes: [UInt8]) -> [UInt8] {
        guard let lead = bytes.suffix(4).lastIndex(where: { $0 & 0xC0 != 0x80 }) else {
            return bytes
        }
        let length = max(1, (~bytes[lead]).leadingZeroBitCount)
        return bytes.count - lead < length ? Array(bytes[..<lead]) : bytes
    }

    private static func short(_ key: [UInt8]) -> String {
        guard let text = BytesText.printable(key), !text.contains("\n") else {
            return "\(key.count) bytes: \(key.prefix(32).map { String($0, radix: 16) })"
        }
        return text.isEmpty ? "empty" : oneLine(text)
    }

    /// Somebody else's words, for one line of a terminal.
    static func oneLine(_ text: String) -> String {
        String(text.map { $0.isNewline || BytesText.printable(Array($0.utf8)) == nil ? "?" : $0 })
    }

    static func json(_ letter: DeadLetter, withValue: Bool) -> String {
        var writer = JSONWriter()
        writer.object { line in
            line.field("number", letter.number)
            line.field("topic", letter.position.topic)
            line.field("partition", letter.position.partition)
            line.field("offset", letter.position.offset)
            line.field("reason", letter.reason.name)
            line.field("detail", letter.detail)
            line.field("metAt", letter.time.rfc3339)
            line.field("timestamp", letter.timestamp.map { Timestamp(milliseconds: $0).rfc3339 })
            bytes("key", letter.key, &line)
            line.field("valueBytes", letter.valueBytes)
            if withValue {
                line.field("isCut", letter.isCut)
                bytes("value", letter.value, &line)
            }
        }
        writer.newline()
        return writer.text
    }

    /// As text where it is UTF-8, else in base64 under another name.
    private static func bytes(_ name: String, _ bytes: [UInt8]?, _ line: inout JSONWriter) {
        guard let bytes else { return line.field(name, nil) }
        let text = String(decoding: bytes, as: UTF8.self)
        if text.utf8.elementsEqual(bytes) {
            line.field(name, text)
        } else {
            line.field("\(name)Base64", BytesText.base64(bytes))
        }
    }

    static func json(_ letter: DeadLetter, _ judgement: DeadLetterJudgement) -> String {
        var writer = JSONWriter()
        writer.object { line in
            line.field("number", letter.number)
            line.field("topic", letter.position.topic)
            line.field("partition", letter.position.partition)
            line.field("offset", letter.position.offset)
            switch judgement {
            case .event(let event):
                line.field("outcome", "event")
                line.field("type", event.type)
                line.field("entity", event.entry.entity)
                line.field("id", event.key)
                line.field("eventId", event.eventIDText)
            case .stays(let reason, let detail):
                line.field("outcome", "stays")
                line.field("reason", reason.name)
                line.field("detail", detail)
            }
        }
        writer.newline()
        return writer.text
    }

    /// What a letter is now, a line for people.
    static func line(_ letter: DeadLetter, _ judgement: DeadLetterJudgement) -> String {
        let what =
            switch judgement {
            case .event(let event):
                "is an event: \(event.type) of \(event.entry.entity) \(oneLine(event.key))"
            case .stays(let reason, let detail): "stays: \(reason.name): \(oneLine(detail))"
            }
        return "\(letter.number)  \(letter.position)  \(what)\n"
    }

    static func json(_ summary: RetrySummary) -> String {
        var writer = JSONWriter()
        writer.object { line in
            line.field("read", summary.appliedCount + summary.stayingCount)
            line.key("applied")
            line.object { line in
                for outcome in Outcome.allCases {
                    line.field(outcome.name, summary.applied[outcome] ?? 0)
                }
            }
            line.key("stays")
            line.object { line in
                for reason in DeadLetterReason.allCases {
                    line.field(reason.name, summary.staying[reason] ?? 0)
                }
            }
        }
        writer.newline()
        return writer.text
    }

    static func sentence(_ summary: RetrySummary) -> String {
        guard summary.appliedCount + summary.stayingCount > 0 else {
            return "There is no dead letter like that."
        }
        let applied = Outcome.allCases.compactMap { outcome in
            summary.applied[outcome].map { "\($0) \(outcome.name)" }
        }
        let staying = DeadLetterReason.allCases.compactMap { reason in
            summary.staying[reason].map { "\($0) \(reason.name)" }
        }
        return "\(summary.appliedCount) were events\(list(applied)), "
            + "\(summary.stayingCount) stay\(list(staying))"
    }

    private static func list(_ parts: [String]) -> String {
        parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
    }
}

extension RetrySummary {
    var appliedCount: Int { applied.values.reduce(0, +) }
    var stayingCount: Int { staying.values.reduce(0, +) }
}
