import Configuration
import HTTP
import Ingress
import Journal
import Kafka
import Publisher
import Query
import Store
import Telemetry

/// The configuration as `dev` changes it: a Kafka, folders and a key of its own.
struct DevSettings {
    let settings: Settings
    /// The key of this run, which posts webhooks and reads the state.
    let key: String
    private let chosen: Set<String>

    init(
        _ invocation: Invocation, folder: String, kafka: KafkaConfiguration
    ) throws(CommandFailure) {
        let loader = SettingsLoader(invocation)
        var settings = try loader.load()
        chosen = Set(try loader.read().1.settings.filter(Self.isChosen).map(\.path))
        key = "dev-" + APIKey.randomDigits(24)
        // Each event is printed anyway, so the log holds warnings and errors only.
        if !chosen.contains("log.level") { settings.log.level = .warning }
        let host = settings.dev.host
        if !chosen.contains("ingress.host") { settings.ingress.listener.host = host }
        if !chosen.contains("management.host") { settings.management.host = host }
        if !chosen.contains("query.host") { settings.query.host = host }
        settings.ingress.keysFile = nil
        settings.ingress.keys = "dev: \(key)"
        settings.query.keysFile = nil
        settings.query.keys = settings.query.listener.isLoopback ? nil : settings.ingress.keys
        settings.journal.folder = folder + "/journal"
        settings.state.folder = folder + "/state"
        var kafka = kafka
        kafka.topicPrefix = settings.kafka.topicPrefix
        settings.kafka = kafka
        // Records in flight count against what the embedded Kafka keeps of a partition.
        settings.publisher.windowBytes = min(settings.publisher.windowBytes, 1 << 20)
        self.settings = settings
    }

    /// Whether somebody chose this value: a file that repeats a default, as the shipped one does,
    /// chooses nothing.
    private static func isChosen(_ setting: ConfigurationReader.Setting) -> Bool {
        switch setting.origin {
        case .environment, .flag: true
        case .file: setting.isChanged
        case .standard: false
        }
    }

    /// Whether another port will do if the one of this listener's section is in use.
    ///
    /// It will not if somebody chose the port, nor beyond loopback: a container publishes the
    /// ports that its command line names, and nobody would find another.
    func takesAnyPort(_ section: String, _ listener: HTTPServerConfiguration) -> Bool {
        listener.isLoopback && !chosen.contains("\(section).port")
    }
}
