import Events
import JSON
import Kafka

/// `catalogue`.
enum CatalogueCommand {
    static let command = Command(
        name: "catalogue", group: .look,
        summary: "Print what each type of event means",
        details: """
            The types that are known, the topic each goes to, the entity it is about, where its body
            holds the entity's id and fields, and how it changes the state. Every other type is kept
            in quarantine. catalogue.file replaces the list that comes with the program.
            """,
        options: [.output],
        examples: [
            .init(text: "which topics there are", line: "hookline catalogue -o json | jq -r .topic")
        ]
    ) { invocation throws(CommandFailure) in
        let settings = try SettingsLoader(invocation).load()
        let entries = settings.catalogue.entries
        let console = invocation.console
        guard !invocation.wantsJSON else {
            for entry in entries { try console.write(json(entry, settings)) }
            return .success
        }
        var table = TextTable("TYPE", "TOPIC", "ENTITY", "KEY", "SNAPSHOT", "MODE", "RANK")
        for entry in entries {
            table.add(
                entry.type, settings.kafka.topicPrefix + entry.topic, entry.entity,
                entry.keyPath.description, entry.snapshotPath.description, entry.mode.rawValue,
                String(entry.rank))
        }
        try console.write(table.text(console.paint))
        return .success
    }

    private static func json(_ entry: CatalogueEntry, _ settings: Settings) -> String {
        var writer = JSONWriter()
        writer.object { line in
            line.field("type", entry.type)
            line.field("topic", settings.kafka.topicPrefix + entry.topic)
            line.field("entity", entry.entity)
            line.field("key", entry.keyPath.description)
            line.field("snapshot", entry.snapshotPath.description)
            line.field("mode", entry.mode.rawValue)
            line.field("rank", entry.rank)
            line.array("history") { list in
                for field in entry.historyFields { list.value(field.path.description) }
            }
        }
        writer.newline()
        return writer.text
    }
}
