import Consumer
import Events
import HTTP
import Kafka
import Management
import Store
import Telemetry
import Threads

/// `consume`.
enum ConsumeCommand {
    static let command = Command(
        name: "consume", group: .run,
        summary: "Rebuild the state of every order and licence from Kafka",
        details: """
            Reads every topic of the catalogue from the offsets that stand in the state itself, and
            applies each batch in one transaction: nothing is lost or doubled by a crash. Not ready
            while a topic or partition cannot be read; hookline health says which and why.
            """,
        options: [
            .init(
                name: "--state", value: .text("FOLDER"), help: "The state",
                setting: "state.folder"),
            .init(
                name: "--kafka", short: "-b", value: .text("HOST:PORT"), help: "Kafka",
                setting: "kafka.bootstrapServers"),
            .init(
                name: "--management-port", value: .integer("N", 0...65_535),
                help: "Where health and metrics are", setting: "management.port"),
        ],
        examples: [
            .init(
                text: "beside a serve on the same machine",
                line: "hookline consume --management-port 9465"),
            .init(text: "as a service", line: "hookline consume -c /etc/hookline/hookline.json5"),
        ]
    ) { invocation throws(CommandFailure) in
        let start = MonotonicClock.now()
        Signals.block()
        let settings = try SettingsLoader(invocation).load()
        let context = RoleContext("consume", settings, waitingFor: ["state"])
        let management = try context.management()
        let consumer = try consumer(context)
        context.log.info(
            "started",
            [
                "state": .string(settings.state.folder),
                "management": "\(settings.management.host):\(management.port)",
                "kafka": .string(settings.kafka.bootstrapServers),
                "seconds": .number(Double(MonotonicClock.now() - start) / 1e9),
            ])
        // There is nothing to read again; the signal shall not end it either.
        let end = context.run(Roles.consume(consumer, management), onHangup: {})
        return RoleEnding(end).code
    }

    /// The consumer over the state's folder, which it locks.
    static func consumer(
        _ context: RoleContext, observer: (@Sendable (AppliedEvent) -> Void)? = nil
    ) throws(CommandFailure) -> ConsumeLoop {
        let settings = context.settings
        let store = try StateCommands.stored { () throws(StoreError) in
            try StateStore.open(
                StateFolder(settings.state.folder), rules: settings.catalogue.mergeRulesDigest,
                cacheBytes: settings.state.cacheBytes)
        }
        let consumer = ConsumeLoop(
            store: store, catalogue: settings.catalogue, kafka: settings.kafka,
            configuration: settings.consumer,
            log: context.log, metrics: context.metrics, observer: observer)
        context.readiness.set("state", .ready)
        context.readiness.watch("consumer") { consumer.status.reasons }
        return consumer
    }
}
