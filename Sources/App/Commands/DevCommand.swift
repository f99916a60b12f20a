import Consumer
import Events
import HTTP
import Ingress
import Journal
import Kafka
import Management
import Publisher
import Query
import Store
import Telemetry
import Threads

/// `dev`.
enum DevCommand {
    static let command = Command(
        name: "dev", group: .run,
        summary: "Run all of Hookline in one process, with a Kafka in memory",
        details: """
            Nothing needs to be installed and nothing is kept: the Kafka lives in this process, and
            the journal and the state in temporary folders that are removed at the end. Prints a
            curl command that posts a webhook, then each webhook as it passes: accepted, published
            to topic[partition]@offset, applied to its order or licence. Ctrl-C ends it.
            It listens on this machine only, unless dev.host names another address, such as 0.0.0.0
            in a container. Then the printed key reads the state too, and the ports are fixed: a
            port in use ends the command.
            """,
        options: [
            .init(name: "--demo", help: "Post four webhooks, show what becomes of them, and exit"),
            .init(
                name: "--port", short: "-p", value: .integer("N", 0...65_535),
                help: "Port for webhooks (default 8080, or any free port)",
                setting: "ingress.port"),
            .init(
                name: "--management-port", value: .integer("N", 0...65_535),
                help: "Port for health and metrics (default 9464, or any free port)",
                setting: "management.port"),
        ],
        examples: [
            .init(text: "follow four webhooks from start to end", line: "hookline dev --demo"),
            .init(text: "a place to post to", line: "hookline dev"),
        ]
    ) { invocation throws(CommandFailure) in
        Signals.block()
        let folder = try TemporaryFolder("hookline-dev", environment: invocation.environment)
        defer { folder.remove() }
        let cluster = try embedded { () throws(KafkaError) in try MockCluster() }
        defer { _ = cluster.close(upTo: .seconds(2)) }
        let settings = try DevSettings(
            invocation, folder: folder.path, kafka: cluster.configuration)
        return try run(invocation, settings, cluster)
    }

    private static func run(
        _ invocation: Invocation, _ dev: DevSettings, _ cluster: MockCluster
    ) throws(CommandFailure) -> ExitCode {
        let settings = dev.settings
        try createTopics(settings, cluster)
        let context = RoleContext("dev", settings, waitingFor: ["ingress", "journal", "state"])
        let management = try context.management(
            takesAnyPort: dev.takesAnyPort("management", settings.management))
        let view = DevView(invocation.console, reads: eventTopics(settings))
        let parts = try ServeParts(
            context,
            view.extras(takesAnyPort: dev.takesAnyPort("ingress", settings.ingress.listener)))
        let consumer = try ConsumeCommand.consumer(context) { view.applied($0) }
        let query = try ConsumeCommand.query(
            context, ConsumeCommand.queryKeys(context), consumer,
            takesAnyPort: dev.takesAnyPort("query", settings.query.listener))
        let demo =
            invocation.has("--demo")
            ? DevDemo(
                url: settings.ingress.listener.ownURL(port: parts.ingress.port)
                    + settings.ingress.path,
                key: dev.key, stateFolder: settings.state.folder, printer: view.printer)
            : nil
        view.demo.update { $0 = demo }
        let banner = DevBanner(
            settings: settings, key: dev.key,
            ports: .init(
                ingress: parts.ingress.port, management: management.port, query: query?.port),
            isDemo: demo != nil)
        try invocation.console.write(banner.text(invocation.console.paint))
        // A pipe gets it now too, not with the first webhook.
        try invocation.console.flush()
        let end = context.run(
            Roles.dev(demo: demo, parts, query, consumer, management, view.printer))
        let messages = end.failures.filter { !($0.error is CommandFailure) }.map {
            "\($0.part): \($0.error)"
        }
        let code = RoleEnding(end).code
        guard messages.isEmpty else { throw CommandFailure(code, messages) }
        return code
    }

    private static func eventTopics(_ settings: Settings) -> Set<String> {
        Set(settings.catalogue.entries.map { settings.kafka.topicPrefix + $0.topic })
    }

    private static func createTopics(
        _ settings: Settings, _ cluster: MockCluster
    ) throws(CommandFailure) {
        let router = RecordRouter(
            settings.catalogue, topicPrefix: settings.kafka.topicPrefix, source: settings.source)
        for topic in router.topics {
            try embedded { () throws(KafkaError) in
                try cluster.createTopic(topic, partitions: settings.topics.partitions)
            }
        }
    }

    private static func embedded<R>(
        _ body: () throws(KafkaError) -> R
    ) throws(CommandFailure) -> R {
        do {
            return try body()
        } catch {
            throw CommandFailure(.software, "the embedded Kafka: \(error)")
        }
    }
}
