import Events
import Ingress
import Kafka
import Publisher
import Telemetry

/// `quarantine redrive`: publishes what can be routed now.
enum QuarantineRedriveCommand {
    /// The options that say which records are meant.
    static let filters: [Command.Option] = [
        .init(
            name: "--reason", value: .word(QuarantineReason.allCases.map(\.rawValue)),
            help: "Only what is there for this reason; repeatable", isRepeatable: true),
        .init(
            name: "--type", value: .text("TYPE"), help: "Only this type; repeatable",
            isRepeatable: true),
        .init(
            name: "--since", value: .text("TIME"),
            help: "Received then or later (RFC 3339: 2026-03-01T10:00:00Z)"),
        .init(name: "--until", value: .text("TIME"), help: "Received before then"),
        .init(
            name: "--record", value: .text("RECORD"),
            help: "Only this record, as ls prints it: 3@17; repeatable", isRepeatable: true),
        .init(name: "--all", help: "All that it holds"),
    ]

    static let command = Command(
        name: "quarantine redrive", group: .operate,
        summary: "Publish what the quarantine holds and can be routed now, each once",
        details: """
            Scans the bodies again, with the present catalogue and clock. What can be routed goes to
            its topic as serve would have sent it, byte for byte, with the sequence and the time
            received of the original, and is marked in the quarantine in the same transaction: ended
            anywhere and run again, nothing is published twice. The rest stays, and why is told. Of
            two at a time the newer goes on and the older ends with 75. Between the partitions of
            the quarantine the order of arrival is lost, which state does not depend on.

            At least one filter or --all; a record must pass every kind of filter. Ends with 1 where
            a record stays. The transactional.id is the topics' prefix and "redrive".
            """,
        options: filters + [
            .init(
                name: "--force",
                help: "Also conflicts: the second body of an eventId is published as an event too"),
            .init(name: "--dry-run", help: "Say what would go where, and change nothing"),
            .init(
                name: "--batch", value: .integer("N", 1...Redrive.batchLimit),
                help: "So many records in a transaction at most (default \(Redrive.batchLimit))"),
            .output,
        ],
        examples: [
            .init(
                text: "after the catalogue has learned a type: what would happen",
                line: "hookline quarantine redrive --type order.shipped --dry-run"),
            .init(text: "do it", line: "hookline quarantine redrive --type order.shipped"),
            .init(
                text: "two records, whatever else there is",
                line: "hookline quarantine redrive --record 3@17 --record 0@4"),
        ]
    ) { invocation throws(CommandFailure) in
        let selection = try selection(invocation)
        let settings = try SettingsLoader(invocation).load()
        let redrive = redrive(settings)
        let isDry = invocation.has("--dry-run")
        let printer = RedrivePrinter(
            invocation.console, isJSON: invocation.wantsJSON, isDry: isDry)
        do throws(KafkaError) {
            if isDry {
                try redrive.plan(selection) {
                    printer.expect($0)
                } _: {
                    printer.take([$0])
                }
            } else {
                let batch = invocation.integer("--batch") ?? Redrive.batchLimit
                try redrive.run(selection, batch: batch) {
                    printer.expect($0)
                } _: {
                    printer.take($0)
                }
            }
        } catch {
            throw failure(error, settings.kafka, published: printer.gone)
        }
        try printer.end()
        return printer.staying == 0 ? .success : .negative
    }

    static func redrive(_ settings: Settings) -> Redrive {
        Redrive(
            RedriveSettings(
                kafka: settings.kafka, publisher: settings.publisher,
                catalogue: settings.catalogue, source: settings.source,
                bodyLimit: settings.ingress.bodyBytes,
                futureLimit: .seconds(settings.ingress.futureHours * 3_600)), log: .silent)
    }

    static func selection(_ invocation: Invocation) throws(CommandFailure) -> RedriveSelection {
        try invocation.requireFilter(
            of: ["--reason", "--type", "--since", "--until", "--record"], for: "records")
        var selection = RedriveSelection()
        selection.reasons = Set(
            (invocation.values["--reason"] ?? []).compactMap { QuarantineReason(rawValue: $0) })
        selection.types = Set(invocation.values["--type"] ?? [])
        for text in invocation.values["--record"] ?? [] {
            selection.places.insert(try QuarantineCommands.place(text))
        }
        selection.since = try invocation.time("--since")
        selection.until = try invocation.time("--until")
        selection.takesConflicts = invocation.has("--force")
        return selection
    }

    static func failure(
        _ error: KafkaError, _ kafka: KafkaConfiguration, published: Int,
        verb: String = "published"
    ) -> CommandFailure {
        let before = "\(published) \(verb) before that; run it again, nothing goes twice"
        if Redrive.isFenced(error) {
            return CommandFailure(
                .temporary,
                "another quarantine redrive or drop has begun, and this one ends (\(published) "
                    + "\(verb) before that)")
        }
        return CommandFailure(
            .unavailable,
            "Kafka at \(kafka.bootstrapServers) (kafka.bootstrapServers) did not answer as it "
                + "should: \(error)", before)
    }
}
