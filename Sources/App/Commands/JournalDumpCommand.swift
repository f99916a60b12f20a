import Events
import JSON
import Journal
import Kafka
import Projection
import Publisher

/// `journal dump`.
enum JournalDumpCommand {
    static let command = Command(
        name: "journal dump", group: .look,
        summary: "Print records of the journal on disk, a line of JSON each",
        details: """
            Reads the files alone, while serve runs or not, and changes nothing. The body of an
            event is JSON in the line, without the blanks that mean nothing; that of a quarantined
            one is a string. With --output raw the bodies alone, byte for byte, a line feed after
            each. A record of the last batch may not be acknowledged yet. Ends with 65 where
            promised bytes are damaged; every record that is whole is printed all the same.
            """,
        options: [JournalCommands.folder] + JournalSelection.options + [
            .init(
                name: "--output", short: "-o", value: .word(["json", "raw"]),
                help: "Lines of JSON (default), or the bodies alone")
        ],
        examples: [
            .init(
                text: "the webhook that was answered with position 4711",
                line: "hookline journal dump --from 4711 --to 4711"),
            .init(
                text: "what came for an order in an hour",
                line: "hookline journal dump --key order-123 --since 2026-03-01T10:00:00Z "
                    + "--until 2026-03-01T11:00:00Z"),
            .init(
                text: "the bodies of what is not published yet",
                line: "hookline journal dump | jq -c 'select(.published | not) | .body'"),
        ]
    ) { invocation throws(CommandFailure) in
        let settings = try SettingsLoader(invocation).load()
        let selection = try JournalSelection(invocation)
        let files = try JournalCommands.asking { () throws(JournalError) in
            try JournalFiles(settings.journal.folder)
        }
        let published = try PublishedRecords(files, settings)
        let console = invocation.console
        let isRaw = invocation.text("--output") == "raw"
        var records = try SelectedRecords(files, selection, console)
        var writer = JSONWriter()
        while let stored = try records.next() {
            guard !isRaw else {
                try console.write(stored.record.body + [UInt8(ascii: "\n")])
                continue
            }
            writer.removeAll()
            write(stored, isPublished: published.contain(stored.record), to: &writer)
            try console.write(writer.bytes)
        }
        return records.isDamaged ? .data : .success
    }

    static func write(
        _ stored: StoredRecord, isPublished: Bool, to writer: inout JSONWriter
    ) {
        let (entry, body) = (stored.record.entry, stored.record.body)
        writer.object { line in
            line.field("sequence", stored.record.sequence)
            switch entry.kind {
            case .event:
                line.field("kind", "event")
                line.field("reason", nil)
            case .quarantined(let reason):
                line.field("kind", "quarantined")
                line.field("reason", reason.rawValue)
            }
            line.field("type", entry.type)
            line.field("key", entry.key)
            line.field("eventId", entry.eventIDText)
            line.field("occurredAt", entry.occurredAtText)
            line.field("receivedAt", entry.receivedAt.rfc3339)
            line.field("apiKey", entry.apiKeyName)
            line.field("traceparent", entry.traceparent)
            line.field("bodyHash", entry.bodyHash.description)
            line.field("segment", stored.segment)
            line.field("offset", stored.offset)
            line.field("published", isPublished)
            line.key("body")
            if entry.kind == .event {
                var compact: [UInt8] = []
                CompactJSON.append(body.span, to: &compact)
                line.raw(compact.span)
            } else {
                line.value(String(decoding: body, as: UTF8.self))
            }
        }
        writer.newline()
    }
}

/// Which records Kafka has acknowledged, as the checkpoint on disk has it.
struct PublishedRecords {
    let position: PublishPosition
    private let router: RecordRouter

    init(_ files: JournalFiles, _ settings: Settings) throws(CommandFailure) {
        let found = try JournalCommands.asking { () throws(JournalError) in
            try files.published()
        }
        position = found ?? PublishPosition(through: 0)
        router = RecordRouter(
            settings.catalogue, topicPrefix: settings.kafka.topicPrefix, source: settings.source)
    }

    func contain(_ record: JournalRecord) -> Bool {
        // Under other routes it cannot be told which records the lanes hold.
        guard position.lanes.isEmpty || position.routes == router.digest else {
            return record.sequence <= position.lowest
        }
        let topic = router.destination(of: record.entry, isRefused: false).topic
        return position.covers(record.sequence, topic: router.topics[topic])
    }
}
