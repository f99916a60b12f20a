import Configuration
import Kafka
import Telemetry

/// The settings of every part, read once.
///
/// Each command reads all of them, also those of parts that it does not run: so every command
/// tells the same problems, and one file serves all.
struct Settings: Sendable {
    let log: LogConfiguration
    let kafka: KafkaConfiguration

    init(_ root: ConfigurationSection) {
        log = LogConfiguration(root.section("log"))
        kafka = KafkaConfiguration(root.section("kafka"))
    }
}
