internal import CRdkafka
package import Configuration

/// Section `kafka`: which Kafka, and any setting of librdkafka for it.
package struct KafkaConfiguration: Sendable {
    /// Brokers to ask for the others, `host:port` with commas between; default `localhost:9092`.
    package var bootstrapServers = "localhost:9092"
    /// What every topic's name begins with, before the catalogue's part; default `telness.`.
    package var topicPrefix = "telness."
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

extension KafkaConfiguration {
    /// Properties that the promises stand on, by what sets them instead.
    static let reserved: [String: String] = [
        "bootstrap.servers": "set kafka.bootstrapServers instead",
        "metadata.broker.list": "set kafka.bootstrapServers instead",
        "group.id": "set consumer.group instead",
        "transactional.id": "not settable: chosen by publisher.delivery",
    ].merging(
        [
            "acks", "auto.offset.reset", "delivery.timeout.ms", "enable.auto.commit",
            "enable.auto.offset.store", "enable.gapless.guarantee", "enable.idempotence",
            "enable.partition.eof", "isolation.level", "log.queue", "message.timeout.ms",
            "partitioner",
            "request.required.acks",
        ].map { ($0, "not settable: the guarantees stand on it") }
    ) { $1 }

    private static func isPartOfName(_ text: String) -> Bool {
        text.utf8.count <= 100
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
                    UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// Reads the section, and asks librdkafka what it makes of each property.
    package init(_ section: ConfigurationSection) {
        bootstrapServers = section.string(
            "bootstrapServers", default: bootstrapServers,
            allowed: "host:port, several with commas between"
        ) { !$0.isEmpty }
        topicPrefix = section.string(
            "topicPrefix", default: topicPrefix,
            allowed: "at most 100 of A-Z, a-z, 0-9, \".\", \"_\" and \"-\", or empty",
            where: Self.isPartOfName)
        properties = section.dictionary("properties")
        guard let conf = unsafe rd_kafka_conf_new() else { preconditionFailure("out of memory") }
        defer { unsafe rd_kafka_conf_destroy(conf) }
        for (name, value) in properties.sorted(by: { $0.key < $1.key }) {
            let problem = unsafe Self.reserved[name] ?? KafkaHandle.set(conf, name, value)
            guard let problem else { continue }
            let isSecret = name.contains("password") || name.contains("secret")
            section.report(
                "properties.\(name)", value: isSecret ? "***" : value, complaint: problem)
            properties[name] = nil
        }
    }
}
