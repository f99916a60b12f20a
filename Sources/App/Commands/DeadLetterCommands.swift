import Consumer
import Events
import Projection
import Store
import Telemetry

/// `dead-letters ls` and `dead-letters show`.
enum DeadLetterCommands {
    /// How many letters are read at a time where nobody needs their values.
    private static let page = 1000

    /// The options that say which letters are meant.
    static let selection: [Command.Option] = [
        .init(
            name: "--reason", value: .word(DeadLetterReason.allCases.map(\.name)),
            help: "Only for this reason; repeatable", isRepeatable: true),
        .init(
            name: "--topic", value: .text("TOPIC"),
            help: "Only from this topic, with its prefix; repeatable", isRepeatable: true),
        .init(
            name: "--since", value: .text("TIME"),
            help: "Met then or later (RFC 3339: 2026-03-01T10:00:00Z)"),
        .init(name: "--until", value: .text("TIME"), help: "Met before then"),
    ]

    static let list = Command(
        name: "dead-letters ls", group: .look,
        summary: "List the records that could not be applied to the state",
        details: """
            A record that consume cannot apply changes nothing and stops nothing: it is kept with
            its bytes. Reasons: tombstone (no value), json (the value is no JSON), envelope (JSON,
            but no event: a field is missing or the type is not in the catalogue), type (the type
            belongs to another topic), key (the record's key is not the entity's id), size (the
            value has more than 16 MiB and 64 KiB), future (the event occurred more than 400 days
            after its record was written). MET is when consume came to it. Reads the state beside
            its writer. With --dropped, --since and --until are about when a letter was set aside.
            """,
        options: selection + [
            .init(
                name: "--limit", short: "-n", value: .integer("N", 1...1_000_000),
                help: "How many at most (100)"),
            .init(
                name: "--after", value: .integer("NUMBER", 0...Int.max),
                help: "Go on after this number"),
            .init(
                name: "--dropped",
                help: "List those that dead-letters drop has set aside, by position"),
            .output,
        ],
        examples: [
            .init(text: "the first hundred", line: "hookline dead-letters ls"),
            .init(
                text: "how many of each topic and reason",
                line: "hookline dead-letters ls -n 1000000 -o json "
                    + "| jq -r '[.topic, .reason] | @tsv' | sort | uniq -c"),
        ]
    ) { invocation throws(CommandFailure) in
        let selection = try selection(invocation)
        return try StateCommands.reading(invocation) {
            (reader, _, console) throws(CommandFailure) in
            if invocation.has("--dropped") { return try listDropped(selection, reader, invocation) }
            var cursor = Int64(invocation.integer("--after") ?? 0)
            var left = invocation.integer("--limit") ?? 100
            var found: [DeadLetter] = []
            while left > 0 {
                let letters = try StateCommands.stored { () throws(StoreError) in
                    try reader.deadLetters(
                        selection, after: cursor, limit: min(left, page), values: false)
                }
                guard let last = letters.last else { break }
                cursor = last.number
                left -= letters.count
                if invocation.wantsJSON {
                    for letter in letters {
                        try console.write(DeadLetterText.json(letter, withValue: false))
                    }
                } else {
                    found += letters
                }
            }
            guard !invocation.wantsJSON else { return .success }
            guard !found.isEmpty else {
                try console.line("There is no dead letter like that.")
                return .success
            }
            try console.write(DeadLetterText.table(found).text(console.paint))
            return .success
        }
    }

    private static func listDropped(
        _ selection: DeadLetterSelection, _ reader: StateReader, _ invocation: Invocation
    ) throws(CommandFailure) -> ExitCode {
        if invocation.text("--after") != nil {
            throw CommandFailure(.usage, "--after is a letter's number, which --dropped has not")
        }
        let letters = try StateCommands.stored { () throws(StoreError) in
            try reader.droppedLetters(selection, limit: invocation.integer("--limit") ?? 100)
        }
        let console = invocation.console
        if invocation.wantsJSON {
            for letter in letters { try console.write(DeadLetterText.json(letter)) }
        } else if letters.isEmpty {
            try console.line("No dead letter like that was set aside.")
        } else {
            try console.write(DeadLetterText.table(letters).text(console.paint))
        }
        return .success
    }

    static let show = Command(
        name: "dead-letters show", group: .look,
        summary: "Print one record that could not be applied, with its bytes",
        details: """
            Text is printed as it came, other bytes in hexadecimal, up to 64 KiB and 4 KiB. With
            --output json all of it, in "value" or, where it is no UTF-8, in "valueBase64"; with
            --output raw the value's bytes alone. The state keeps the first 64 KiB of a value, and
            nothing of it once all letters together keep state.deadLettersBytes: json and raw read
            the rest from Kafka. If Kafka does not have it, raw exits with 69, and json prints what
            is kept, with "isCut" true.
            """,
        arguments: [.init(name: "NUMBER", help: "As ls prints it")],
        options: [
            .init(
                name: "--output", short: "-o", value: .word(["table", "json", "raw"]),
                help: "For people (default), for scripts, or the value alone")
        ],
        examples: [
            .init(text: "all of it", line: "hookline dead-letters show 17"),
            .init(text: "the value, byte for byte", line: "hookline dead-letters show 17 -o raw"),
        ]
    ) { invocation throws(CommandFailure) in
        let number = try number(invocation.arguments[0])
        var found: (letter: DeadLetter, settings: Settings)?
        _ = try StateCommands.reading(invocation) {
            (reader, settings, _) throws(CommandFailure) in
            var selection = DeadLetterSelection()
            selection.numbers = [number]
            let letter = try StateCommands.stored { () throws(StoreError) in
                try reader.deadLetters(selection, limit: 1).first
            }
            guard let letter else {
                throw CommandFailure(.negative, "the state has no dead letter \(number)")
            }
            found = (letter, settings)
            return .success
        }
        guard let found else { preconditionFailure("a letter that was found") }
        let output = invocation.text("--output")
        var letter = found.letter
        if letter.isCut, !letter.isKept || output == "raw" || output == "json" {
            letter = try complete(letter, found.settings, mustBeWhole: output == "raw")
        }
        let console = invocation.console
        switch output {
        case "raw": try console.write(letter.value ?? [])
        case "json": try console.write(DeadLetterText.json(letter, withValue: true))
        default: try console.write(DeadLetterText.page(letter))
        }
        return .success
    }

    /// The letter with what Kafka has of it.
    private static func complete(
        _ letter: DeadLetter, _ settings: Settings, mustBeWhole: Bool
    ) throws(CommandFailure) -> DeadLetter {
        let judge = DeadLetterJudge(
            catalogue: settings.catalogue, kafka: settings.kafka, log: .silent)
        do throws(DeadLetterJudge.Unreadable) {
            return try judge.complete(letter)
        } catch {
            guard mustBeWhole else { return letter }
            throw CommandFailure(.unavailable, "dead letter \(letter.number): \(error.text)")
        }
    }

    static func selection(_ invocation: Invocation) throws(CommandFailure) -> DeadLetterSelection {
        var selection = DeadLetterSelection()
        selection.reasons = Set(
            (invocation.values["--reason"] ?? []).compactMap { DeadLetterReason(name: $0) })
        selection.topics = Set(invocation.values["--topic"] ?? [])
        for topic in selection.topics where topic.isEmpty || topic.contains(where: \.isNewline) {
            throw CommandFailure(.usage, "--topic is \"\(topic)\": must be a topic's name")
        }
        selection.since = try invocation.time("--since")
        selection.until = try invocation.time("--until")
        for text in invocation.values["--number"] ?? [] {
            selection.numbers.insert(try number(text))
        }
        return selection
    }

    private static func number(_ text: String) throws(CommandFailure) -> Int64 {
        guard let number = Int64(text), number > 0 else {
            throw CommandFailure(
                .usage, "NUMBER is \"\(text)\": must be a number as dead-letters ls prints it")
        }
        return number
    }
}
