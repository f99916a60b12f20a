import HTTP
import Ingress
import Kafka
import Management
import Telemetry
import Threads

/// `serve`.
enum ServeCommand {
    static let command = Command(
        name: "serve", group: .run,
        summary: "Take webhooks, keep them on disk, publish them to Kafka",
        details: """
            A webhook is answered with 200 when it is on disk; from there it goes to its topic, in
            order, whether Kafka is there now or in an hour. It needs an API key (ingress.keysFile,
            a line `name: key` each; read again when it changes, and on SIGHUP) and a folder for the
            journal of its own. SIGTERM: no new connections, all that was taken is synced and
            answered, and it ends within ten seconds.
            """,
        options: [
            .init(
                name: "--port", short: "-p", value: .integer("N", 0...65_535),
                help: "Where webhooks come in", setting: "ingress.port"),
            .init(
                name: "--keys-file", value: .text("FILE"), help: "The API keys",
                setting: "ingress.keysFile"),
            JournalCommands.folder, .kafka, .managementPort,
        ],
        examples: [
            .init(
                text: "with a key of its own",
                line: "hookline serve --keys-file keys.txt --kafka localhost:9092"),
            .init(text: "as a service", line: "hookline serve -c /etc/hookline/hookline.json5"),
        ]
    ) { invocation throws(CommandFailure) in
        let start = MonotonicClock.now()
        // Before the first thread: all that come later inherit it.
        Signals.block()
        let settings = try SettingsLoader(invocation).load()
        let context = RoleContext("serve", settings, waitingFor: ["ingress", "journal"])
        let management = try context.management()
        let parts = try ServeParts(context)
        context.log.info(
            "ready",
            [
                "webhooks": "\(settings.ingress.listener.host):\(parts.ingress.port)",
                "path": .string(settings.ingress.path),
                "management": "\(settings.management.host):\(management.port)",
                "kafka": .string(settings.kafka.bootstrapServers),
                "seconds": .number(Double(MonotonicClock.now() - start) / 1e9),
            ])
        let end = context.run(Roles.serve(parts, management)) { parts.ingress.reload() }
        return RoleEnding(end).code
    }
}
