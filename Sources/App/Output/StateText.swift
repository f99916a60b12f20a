import Events
import JSON
import Projection
import Query
import Store
import Threads

/// State and history as people read them, and as scripts do.
struct StateText {
    private let paint: Paint
    /// Longer lines are cut, on a terminal only.
    private let columns: Int?

    init(_ console: Console) {
        self.init(
            paint: console.paint,
            columns: console.isTerminal ? StandardStream.output.columns : nil)
    }

    init(paint: Paint, columns: Int?) {
        self.paint = paint
        self.columns = columns
    }

    /// Each field on a line: name, value, and when the event occurred that it comes from.
    func fields(of state: EntityState) -> String {
        var rows: [(name: String, value: String, time: String)] = []
        state.forEachField { name, value, version in
            var compact: [UInt8] = []
            CompactJSON.append(value, to: &compact)
            rows.append(
                (
                    String(utf8: name),
                    String(decoding: compact, as: UTF8.self), version.occurredAt.forPeople
                ))
        }
        rows.sort { $0.name < $1.name }
        let width = rows.map(\.name.count).max() ?? 0
        let timeWidth = rows.map(\.time.count).max() ?? 0
        return rows.map { row in
            let room = columns.map { max(20, $0 - width - timeWidth - 4) }
            return padded(row.name, width) + "  " + paint.dim(padded(row.time, timeWidth)) + "  "
                + cut(row.value, to: room) + "\n"
        }.joined()
    }

    /// The history as a table.
    func table(of entries: [HistoryEntry]) -> String {
        var table = TextTable("OCCURRED", "TYPE", "OUTCOME", "RECORD", "EVENT", "FURTHER")
        for entry in entries {
            table.add(
                entry.version.occurredAt.forPeople, entry.type, entry.outcome.name,
                entry.position.description, entry.version.eventID.description,
                entry.further.map { String(decoding: $0, as: UTF8.self) } ?? "-")
        }
        return table.text(paint)
    }

    /// Each field with the event that set it, as a table.
    func table(of explanation: Explanation) -> String {
        var table = TextTable("FIELD", "VALUE", "SET BY", "EVENT", "OCCURRED", "RECORD")
        for field in explanation.fields {
            table.add(
                field.name, cut(field.value, to: Self.shortValue), field.event?.type ?? "-",
                field.version.eventID.description, field.version.occurredAt.forPeople,
                field.event?.position.description ?? "-")
        }
        return table.text(paint)
    }

    /// How much of a value an explanation shows.
    private static let shortValue = 32

    /// One event of a history as one line of JSON.
    static func json(_ entry: HistoryEntry) -> String {
        var writer = JSONWriter()
        EventDocument.write(entry, to: &writer)
        writer.newline()
        return writer.text
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private func cut(_ text: String, to width: Int?) -> String {
        guard let width, text.count > width else { return text }
        return text.prefix(width - 1) + "…"
    }
}

extension Timestamp {
    /// RFC 3339 to the millisecond: what is finer stays in the JSON.
    var forPeople: String {
        Timestamp(seconds: seconds, nanoseconds: nanoseconds / 1_000_000 * 1_000_000).rfc3339
    }
}
