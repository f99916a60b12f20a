import JSON
import Publisher

/// Tells what becomes of records, while it happens: lines of JSON, or a few for people.
final class RedrivePrinter {
    private let console: Console
    private let isJSON: Bool
    private let isDry: Bool
    private var expected = 0
    private var table = TextTable("RECORD", "REASON", "TYPE", "KEY", "GOES TO")
    /// How many were published, or would be.
    private(set) var gone = 0
    /// How many stay.
    private(set) var staying = 0

    init(_ console: Console, isJSON: Bool, isDry: Bool) {
        self.console = console
        self.isJSON = isJSON
        self.isDry = isDry
    }

    func expect(_ count: Int) {
        expected = count
    }

    /// Takes what has become certain; that nobody reads it any more does not end the work.
    func take(_ outcomes: [RedriveOutcome]) {
        for outcome in outcomes {
            count(outcome)
            if isJSON { try? console.write(Self.json(outcome)) }
        }
        if !isJSON, !isDry {
            try? console.line("\(gone) published, \(staying) stay, of \(expected)")
        }
        try? console.flush()
    }

    private func count(_ outcome: RedriveOutcome) {
        let record = outcome.record
        var row = (key: record.key, goal: "")
        switch outcome.result {
        case .redriven: gone += 1
        case .goes(let topic, let key):
            gone += 1
            row = (key, topic)
        case .stays(let why):
            staying += 1
            row.goal = "stays: \(why)"
        }
        guard !row.goal.isEmpty, !isJSON else { return }
        table.add(
            "\(record.place)", record.reason, record.type ?? "-", row.key ?? "-", row.goal)
    }

    /// The table and the sum.
    func end() throws(CommandFailure) {
        guard !isJSON else { return }
        guard gone + staying > 0 else {
            try console.line("The quarantine holds nothing like that.")
            return
        }
        if !table.rows.isEmpty { try console.write(table.text(console.paint)) }
        try console.line(
            isDry
                ? "\(gone) would be published, \(staying) would stay; nothing was changed"
                : "\(gone) published, \(staying) stay")
    }

    static func json(_ outcome: RedriveOutcome) -> String {
        var writer = JSONWriter()
        writer.object { line in
            line.field("partition", outcome.record.place.partition)
            line.field("offset", outcome.record.place.offset)
            line.field("reason", outcome.record.reason)
            line.field("type", outcome.record.type)
            line.field("eventId", outcome.record.eventID)
            switch outcome.result {
            case .redriven(let topic, let key): Self.fields(&line, "redriven", topic, key)
            case .goes(let topic, let key): Self.fields(&line, "goes", topic, key)
            case .stays(let why):
                line.field("outcome", "stays")
                line.field("why", why)
            }
        }
        writer.newline()
        return writer.text
    }

    private static func fields(
        _ line: inout JSONWriter, _ outcome: String, _ topic: String, _ key: String
    ) {
        line.field("outcome", outcome)
        line.field("topic", topic)
        line.field("key", key)
    }
}
