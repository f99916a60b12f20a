import Consumer
import Events
import HTTP
import Kafka
import Management
import Query
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
            Beside that it answers questions over HTTP: what an order is, was and why (section
            query of the settings, /openapi.json describes it).
            """,
        options: [
            .state, .kafka, .managementPort,
            .init(
                name: "--query-port", value: .integer("N", 0...65_535),
                help: "Where questions are answered", setting: "query.port"),
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
        let keys = try queryKeys(context)
        let management = try context.management()
        let consumer = try consumer(context)
        let query = try query(context, keys, consumer)
        context.log.info(
            "started",
            [
                "state": .string(settings.state.folder),
                "management": "\(settings.management.host):\(management.port)",
                "query": .string(
                    query.map { "\(settings.query.host):\($0.port)" } ?? "disabled"),
                "kafka": .string(settings.kafka.bootstrapServers),
                "seconds": .number(Double(MonotonicClock.now() - start) / 1e9),
            ])
        let end = context.run(Roles.consume(query, consumer, management)) { query?.reload() }
        return RoleEnding(end).code
    }

    /// The keys of those who may ask; nil where anybody on this machine may.
    static func queryKeys(_ context: RoleContext) throws(CommandFailure) -> APIKeys? {
        let settings = context.settings.query
        guard settings.enabled else { return nil }
        let keys = try APIKeys.configured(
            file: settings.keysFile, text: settings.keys, of: "query", context.log)
        guard keys != nil || settings.listener.isLoopback else {
            throw CommandFailure(
                .configuration,
                "query.host is \(settings.host), and without a key anybody who reaches it could "
                    + "read every order: set query.keysFile or HOOKLINE_QUERY_KEYS, or "
                    + "query.host to 127.0.0.1, or query.enabled to false")
        }
        return keys
    }

    /// What answers questions, where that is not turned off; it listens from here on.
    static func query(
        _ context: RoleContext, _ keys: APIKeys?, _ consumer: ConsumeLoop,
        takesAnyPort: Bool = false
    ) throws(CommandFailure) -> QueryServer? {
        let settings = context.settings
        guard settings.query.enabled else { return nil }
        let surroundings = QueryServer.Surroundings(
            folder: StateFolder(settings.state.folder), catalogue: settings.catalogue,
            kafka: settings.kafka
        ) { [readiness = context.readiness] in
            let progress = consumer.progress
            return ServiceStatus(
                reasons: readiness.missing.map { "\($0.part): \($0.reason)" },
                rate: progress.rate, ends: progress.ends)
        }
        return try listening(orAnywhere: takesAnyPort, at: settings.query.listener) {
            (listener) throws(HTTPServerError) in
            var configuration = settings.query
            configuration.port = listener.port
            return try QueryServer(
                configuration, keys: keys, surroundings, log: context.log,
                metrics: context.metrics)
        }
    }

    /// The consumer over the state's folder, which it locks.
    static func consumer(
        _ context: RoleContext, observer: (@Sendable (AppliedEvent) -> Void)? = nil
    ) throws(CommandFailure) -> ConsumeLoop {
        let settings = context.settings
        let store = try StateCommands.stored { () throws(StoreError) in
            try StateStore.open(
                StateFolder(settings.state.folder), .init(settings.state, settings.catalogue)
            ) { format in
                context.readiness.set(
                    "state", .notReady("being brought from format \(format) to the present one"))
                context.log.info(
                    "upgrading the state in place; an older version cannot open it afterwards",
                    ["format": .init(format)])
            }
        }
        let consumer = ConsumeLoop(
            store: store, catalogue: settings.catalogue, kafka: settings.kafka,
            configuration: settings.consumer,
            log: context.log, metrics: context.metrics, observer: observer,
            swap: GenerationSwap(
                settings.state, catalogue: settings.catalogue, kafka: settings.kafka,
                log: context.log))
        context.readiness.set("state", .ready)
        context.readiness.watch("consumer") { consumer.status.reasons }
        context.readiness.note("state") { consumer.status.notes }
        return consumer
    }
}
