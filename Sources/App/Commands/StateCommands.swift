import Events
import JSON
import Projection
import Query
import Store

/// `state get`, `history`, `list` and `export`: they read the database beside its writer.
enum StateCommands {
    static let entity = Command.Argument(
        name: "ENTITY", help: "order, license, or what a catalogue adds")
    static let id = Command.Argument(name: "ID", help: "The orderId or licenseId")

    private static let generation = Command.Option(
        name: "--generation", value: .text("NAME"),
        help: "Another generation than the live one, as replay named it")

    static let get = Command(
        name: "state get", group: .look,
        summary: "Print the state of one entity",
        details: """
            The state is what all applied events say together: for each field the value of the
            newest event that has it. The table shows beside each field when its event occurred.
            With --at it is rebuilt from Kafka: all events that had occurred by then, whenever they
            arrived; it ends with 65 and says so where retention has taken one. Ends with 1 where
            there is no such entity, or was none then.
            """,
        arguments: [entity, id], options: [EntityMoment.option, generation, .output],
        examples: [
            .init(text: "an order", line: "hookline state get order order-1"),
            .init(
                text: "one field of it",
                line: "hookline state get order order-1 -o json | jq .state.pricing"),
            .init(
                text: "what it was when that day began in UTC",
                line: "hookline state get order order-1 --at 2026-11-20"),
        ]
    ) { invocation throws(CommandFailure) in
        try reading(invocation) { (reader, settings, console) throws(CommandFailure) in
            let moment = try EntityMoment(invocation, settings, reader)
            let text: String
            switch (invocation.wantsJSON, moment.at) {
            case (false, _): text = moment.heading + StateText(console).fields(of: moment.state)
            case (true, nil): text = moment.exportLine
            case (true, .some): text = moment.document(explained: false)
            }
            try console.write(text)
            return .success
        }
    }

    static let explain = Command(
        name: "state explain", group: .look,
        summary: "Print for each field of one entity the event that set it",
        details: """
            Field, value, the type and the eventId of the event that set it, when that occurred, and
            where it lies in Kafka. With --at as of a time, rebuilt from Kafka: all events that had
            occurred by then, whenever they arrived. -o json has the whole values, as the API has.
            """,
        arguments: [entity, id], options: [EntityMoment.option, .output],
        examples: [
            .init(text: "why an order is as it is", line: "hookline state explain order order-1"),
            .init(
                text: "why it was so then",
                line: "hookline state explain order order-1 --at 2026-11-20T10:00:00+01:00"),
        ]
    ) { invocation throws(CommandFailure) in
        try reading(invocation) { (reader, settings, console) throws(CommandFailure) in
            let moment = try EntityMoment(invocation, settings, reader, explained: true)
            let table = StateText(console).table(of: moment.explanation)
            try console.write(
                invocation.wantsJSON ? moment.document(explained: true) : moment.heading + table)
            return .success
        }
    }

    static let history = Command(
        name: "state history", group: .look,
        summary: "Print the events of one entity and what became of each",
        details: """
            In the order of arrival, with duplicates. applied: all of it is in the state or was;
            partly_applied: some was older than what the state had; stale: all of it was;
            duplicate: the same event had been applied before. The body stays in Kafka.
            """,
        arguments: [entity, id], options: [generation, .output],
        examples: [.init(text: "an order", line: "hookline state history order order-1")]
    ) { invocation throws(CommandFailure) in
        try reading(invocation) { (reader, _, console) throws(CommandFailure) in
            let (entity, id) = (invocation.arguments[0], invocation.arguments[1])
            let entries = try stored { () throws(StoreError) in try reader.history(entity, id) }
            guard !entries.isEmpty else { throw try unknown(entity, id, reader) }
            if invocation.wantsJSON {
                for entry in entries { try console.write(StateText.json(entry)) }
            } else {
                try console.write(StateText(console).table(of: entries))
            }
            return .success
        }
    }

    static let list = Command(
        name: "state list", group: .look,
        summary: "List the entities that there are",
        details: "Without ENTITY it says how many of each there are.",
        arguments: [.init(name: "ENTITY", help: entity.help, isRequired: false)],
        options: [
            .init(
                name: "--limit", short: "-n", value: .integer("N", 1...1_000_000),
                help: "How many at most (100)"),
            .init(name: "--after", value: .text("ID"), help: "Go on after this id"),
            generation, .output,
        ],
        examples: [
            .init(text: "the first hundred orders", line: "hookline state list order"),
            .init(text: "the next", line: "hookline state list order --after order-100"),
        ]
    ) { invocation throws(CommandFailure) in
        try reading(invocation) { (reader, _, console) throws(CommandFailure) in
            guard let entity = invocation.arguments.first else {
                return try StateListing(reader, console).counts(asJSON: invocation.wantsJSON)
            }
            return try StateListing(reader, console).entities(
                of: entity, after: invocation.text("--after"),
                limit: invocation.integer("--limit") ?? 100, asJSON: invocation.wantsJSON)
        }
    }

    static let export = Command(
        name: "state export", group: .look,
        summary: "Print the state of every entity, one line of JSON each",
        details: """
            Sorted by entity and id, in one canonical form: two exports of the same state are the
            same bytes, and diff shows what is not. All of it is read as of one moment.
            """,
        arguments: [.init(name: "ENTITY", help: "Only these", isRequired: false)],
        options: [generation],
        examples: [
            .init(text: "to compare two", line: "hookline state export > before.jsonl")
        ]
    ) { invocation throws(CommandFailure) in
        try reading(invocation) { (reader, _, console) throws(CommandFailure) in
            let entities = invocation.arguments.isEmpty ? nil : invocation.arguments
            let export = try stored { () throws(StoreError) in
                try StateExport(reader, entities: entities)
            }
            while let line = try stored({ () throws(StoreError) in try export.next() }) {
                try console.write(String(decoding: line, as: UTF8.self) + "\n")
            }
            return .success
        }
    }

    /// Opens the state and reads it as of one moment.
    static func reading(
        _ invocation: Invocation,
        _ body: (StateReader, Settings, Console) throws(CommandFailure) -> ExitCode
    ) throws(CommandFailure) -> ExitCode {
        let settings = try SettingsLoader(invocation).load()
        let reader = try stored { () throws(StoreError) in
            try StateReader.open(
                StateFolder(settings.state.folder), generation: invocation.text("--generation"))
        }
        return try reader.snapshot(CommandFailure.init) { () throws(CommandFailure) in
            try body(reader, settings, invocation.console)
        }
    }

    /// Runs a question to the store; its errors say for themselves what to do.
    static func stored<R>(_ body: () throws(StoreError) -> R) throws(CommandFailure) -> R {
        do {
            return try body()
        } catch {
            throw CommandFailure(error)
        }
    }

    static func unknown(
        _ entity: String, _ id: String, _ reader: StateReader
    ) throws(CommandFailure) -> CommandFailure {
        let known = try stored { () throws(StoreError) in try reader.entities() }
        guard known.contains(entity) else {
            let there = known.isEmpty ? "nothing yet" : known.joined(separator: ", ")
            return CommandFailure(.negative, "the state holds no \(entity): it holds \(there)")
        }
        return CommandFailure(.negative, "the state holds no \(entity) \(id)")
    }
}
