import Events
import JSON
import Kafka
import Publisher
import Telemetry

/// `quarantine ls` and `quarantine show`.
enum QuarantineCommands {
    static let list = Command(
        name: "quarantine ls", group: .look,
        summary: "List what was taken but could not be routed",
        details: """
            Reads the quarantine's topic to its end. RECORD is what quarantine show takes. Reasons:
            envelope, type (not in the catalogue), key, ambiguous, future, number, depth, conflict
            (an eventId with two bodies), refused (by Kafka). What quarantine redrive has published
            and quarantine drop has set aside is left out.
            """,
        options: [
            .init(name: "--reason", value: .text("REASON"), help: "Only this reason"),
            .init(name: "--all", help: "Also what was redriven or dropped, and where to or why"),
            .output,
        ],
        examples: [
            .init(text: "all of it", line: "hookline quarantine ls"),
            .init(
                text: "which types are missing",
                line: "hookline quarantine ls --reason type -o json | jq -r .type | sort -u"),
        ]
    ) { invocation throws(CommandFailure) in
        let settings = try SettingsLoader(invocation).load()
        let all = try TopicsCommands.asking(settings.kafka) { () throws(KafkaError) in
            try QuarantineReader(settings.kafka, log: .silent).list()
        }
        let withRedriven = invocation.has("--all")
        let records = all.filter { record in
            (withRedriven || record.isOpen)
                && invocation.text("--reason").map { record.reason == $0 } ?? true
        }
        let console = invocation.console
        guard !invocation.wantsJSON else {
            for record in records { try console.write(json(record, body: nil)) }
            return .success
        }
        guard !records.isEmpty else {
            try console.line("The quarantine holds nothing like that.")
            return .success
        }
        let table = withRedriven ? tableWithGoals(records) : table(records)
        try console.write(table.text(console.paint))
        return .success
    }

    static let show = Command(
        name: "quarantine show", group: .look,
        summary: "Print the body of one record in quarantine, as it came",
        arguments: [.init(name: "RECORD", help: "Partition and offset as ls prints them: 3@17")],
        options: [.output],
        examples: [
            .init(text: "the body alone", line: "hookline quarantine show 3@17"),
            .init(text: "with why it is there", line: "hookline quarantine show 3@17 -o json"),
        ]
    ) { invocation throws(CommandFailure) in
        let place = try place(invocation.arguments[0])
        let settings = try SettingsLoader(invocation).load()
        let found = try TopicsCommands.asking(settings.kafka) { () throws(KafkaError) in
            try QuarantineReader(settings.kafka, log: .silent)
                .show(place)
        }
        switch found {
        case nil:
            throw CommandFailure(.negative, "the quarantine holds no record \(place)")
        case .marker(let marker):
            let end =
                switch marker.end {
                case .redriven(let topic): "redriven to \(topic)"
                case .dropped(let why): "dropped: \(DeadLetterText.oneLine(why))"
                }
            throw CommandFailure(
                .negative,
                "\(place) is no webhook but the note that \(marker.place) was \(end)")
        case .record(let record, let body):
            let body = String(decoding: body, as: UTF8.self)
            try invocation.console.write(
                invocation.wantsJSON ? json(record, body: body) : body + "\n")
            return .success
        }
    }

    /// The place that `3@17` names.
    static func place(_ text: String) throws(CommandFailure) -> QuarantinePlace {
        guard let place = QuarantinePlace(text) else {
            throw CommandFailure(
                .usage, "RECORD is \"\(text)\": must be partition and offset, such as 3@17")
        }
        return place
    }

    private static func table(_ records: [QuarantinedRecord]) -> TextTable {
        var table = TextTable("RECORD", "REASON", "TYPE", "KEY", "RECEIVED", "BYTES")
        for record in records {
            table.add(
                "\(record.place)", record.reason, record.type ?? "-", record.key ?? "-",
                received(record), String(record.bytes))
        }
        return table
    }

    private static func tableWithGoals(_ records: [QuarantinedRecord]) -> TextTable {
        var table = TextTable(
            "RECORD", "REASON", "TYPE", "KEY", "RECEIVED", "BYTES", "SETTLED")
        for record in records {
            table.add(
                "\(record.place)", record.reason, record.type ?? "-", record.key ?? "-",
                received(record), String(record.bytes),
                record.redrivenTo.map { "to \($0)" }
                    ?? record.dropReason.map { "dropped: \(DeadLetterText.oneLine($0))" } ?? "-")
        }
        return table
    }

    private static func received(_ record: QuarantinedRecord) -> String {
        guard let text = record.receivedAt else { return "-" }
        return Timestamp(rfc3339: text)?.forPeople ?? text
    }

    private static func json(_ record: QuarantinedRecord, body: String?) -> String {
        var writer = JSONWriter()
        writer.object { line in
            line.field("partition", record.place.partition)
            line.field("offset", record.place.offset)
            line.field("reason", record.reason)
            line.field("type", record.type)
            line.field("key", record.key)
            line.field("eventId", record.eventID)
            line.field("receivedAt", record.receivedAt)
            line.field("bytes", record.bytes)
            if let topic = record.redrivenTo { line.field("redrivenTo", topic) }
            if let why = record.dropReason { line.field("dropReason", why) }
            if let body { line.field("body", body) }
        }
        writer.newline()
        return writer.text
    }
}
