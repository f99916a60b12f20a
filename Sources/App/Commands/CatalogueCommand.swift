import Events
import Ingress
import JSON
import Kafka
import Publisher

/// `catalogue` and `catalogue schema`.
enum CatalogueCommand {
    static let command = Command(
        name: "catalogue", group: .look,
        summary: "Print what each type of event means",
        details: """
            The types that are known, the topic each goes to, the entity it is about, where its body
            holds the entity's id and fields, and how it changes the state. Every other type is kept
            in quarantine. catalogue.file replaces the list that comes with the program.

            As asyncapi it is an AsyncAPI 3.0.0 document for services that read the topics:
            channels, messages, headers, keys, and the JSON Schemas of the bodies.
            """,
        options: [
            .init(
                name: "--output", short: "-o", value: .word(["table", "json", "asyncapi"]),
                help: "For people (default), for scripts, or for other services")
        ],
        examples: [
            .init(
                text: "which topics there are", line: "hookline catalogue -o json | jq -r .topic"),
            .init(
                text: "what other services need",
                line: "hookline catalogue -o asyncapi > asyncapi.json"),
        ]
    ) { invocation throws(CommandFailure) in
        let settings = try SettingsLoader(invocation).load()
        let console = invocation.console
        switch invocation.text("--output") {
        case "json":
            for entry in settings.catalogue.entries { try console.write(json(entry, settings)) }
        case "asyncapi": try console.write(IndentedJSON.text(asyncAPI(settings)))
        default: try console.write(table(settings).text(console.paint))
        }
        return .success
    }

    static let schema = Command(
        name: "catalogue schema", group: .look,
        summary: "Print the JSON Schema of a webhook or of the state",
        details: """
            One document that needs no other (draft-07). It takes what the API may send: fields that
            it does not list, words that it does not know, nulls. A type that is not documented has
            the schema of the envelope.
            """,
        arguments: [
            .init(
                name: "NAME", help: "A type of the catalogue, order-state or license-state")
        ],
        examples: [
            .init(
                text: "of one webhook",
                line: "hookline catalogue schema order.updated > order.updated.json"),
            .init(
                text: "of the state of an order, as the state commands print it",
                line: "hookline catalogue schema order-state"),
        ]
    ) { invocation throws(CommandFailure) in
        let schemas = SchemaSet(try SettingsLoader(invocation).load().catalogue)
        let name = invocation.arguments[0]
        guard let document = schemas.document(name) else {
            var failure = CommandFailure(.negative, "there is no schema \(name)")
            failure.hint = "there is \(schemas.names.joined(separator: ", "))"
            throw failure
        }
        try invocation.console.write(IndentedJSON.text(document))
        return .success
    }

    private static func table(_ settings: Settings) -> TextTable {
        var table = TextTable("TYPE", "TOPIC", "ENTITY", "KEY", "SNAPSHOT", "MODE", "RANK")
        for entry in settings.catalogue.entries {
            table.add(
                entry.type, settings.kafka.topicPrefix + entry.topic, entry.entity,
                entry.keyPath.description, entry.snapshotPath.description, entry.mode.rawValue,
                String(entry.rank))
        }
        return table
    }

    private static func asyncAPI(_ settings: Settings) -> [UInt8] {
        AsyncAPIDocument(
            settings.catalogue, settings.kafka, settings.topics,
            maxMessageBytes: PublishLoop.maxMessageBytes(bodyLimit: settings.ingress.bodyBytes),
            source: settings.source, version: CommandRunner.number
        ).json
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
