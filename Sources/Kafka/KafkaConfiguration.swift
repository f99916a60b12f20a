/// Section `kafka`: which Kafka, and any setting of librdkafka for it.
package struct KafkaConfiguration: Sendable {
    /// Brokers to ask for the others, `host:port` with commas between; default `localhost:9092`.
    package var bootstrapServers = "localhost:9092"
    /// Any property of librdkafka (`security.protocol`, `sasl.username`, ...); default none.
    package var properties: [String: String] = [:]

    /// The defaults.
    package init() {}

    /// These brokers, and everything else by default.
    package init(bootstrapServers: String) {
        self.bootstrapServers = bootstrapServers
    }

    /// What every client here starts from; `properties` may override it.
    private static let defaults = [
        ("client.id", "hookline"),
        // Without it small requests wait for the peer's delayed acknowledgement.
        ("socket.nagle.disable", "true"),
        // Brokers close idle connections; that is not worth a line.
        ("log.connection.close", "false"),
        ("reconnect.backoff.max.ms", "2000"),
    ]

    /// The settings in the order in which they are laid over each other.
    func settings(
        defaults: [(String, String)], pinned: [(String, String)]
    ) -> [(String, String)] {
        var settings = Self.defaults + defaults
        settings += properties.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        settings += pinned
        // Log lines come as events; our own log writes them.
        settings += [("bootstrap.servers", bootstrapServers), ("log.queue", "true")]
        return settings
    }
}
