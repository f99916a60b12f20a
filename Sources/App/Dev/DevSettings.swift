import Configuration
import HTTP
import Ingress
import Journal
import Kafka
import Publisher
import Store
import Telemetry

/// What `dev` changes of the configuration: a Kafka of its own, folders of its own, a key of its own.
struct DevSettings {
    let settings: Settings
    /// Whether somebody chose the port for webhooks; then no other will do.
    let isPortChosen: Bool
    let isManagementPortChosen: Bool
    let isQueryPortChosen: Bool
    let key: String

    init(
        _ invocation: Invocation, folder: String, kafka: KafkaConfiguration
    ) throws(CommandFailure) {
        let loader = SettingsLoader(invocation)
        var settings = try loader.load()
        let chosen = Set(try loader.read().1.settings.filter(\.isChanged).map(\.path))
            .union(invocation.flags.map(\.path))
        isPortChosen = chosen.contains("ingress.port")
        isManagementPortChosen = chosen.contains("management.port")
        isQueryPortChosen = chosen.contains("query.port")
        key = "dev-" + Self.randomDigits(24)
        // Each event is printed anyway: of the log only what is wrong.
        if !chosen.contains("log.level") { settings.log.level = .warning }
        if !chosen.contains("ingress.host") { settings.ingress.listener.host = "127.0.0.1" }
        if !chosen.contains("management.host") { settings.management.host = "127.0.0.1" }
        settings.ingress.keysFile = nil
        settings.ingress.keys = "dev: \(key)"
        settings.journal.folder = folder + "/journal"
        settings.state.folder = folder + "/state"
        var kafka = kafka
        kafka.topicPrefix = settings.kafka.topicPrefix
        settings.kafka = kafka
        // What is on its way counts against what the embedded Kafka keeps of a partition.
        settings.publisher.windowBytes = min(settings.publisher.windowBytes, 1 << 20)
        self.settings = settings
    }

    private static func randomDigits(_ count: Int) -> String {
        String((0..<count).compactMap { _ in "0123456789abcdef".randomElement() })
    }
}
