package import Events
internal import JSON
package import Kafka

/// What lies in the topics, for the services that read them: an AsyncAPI 3.0.0 document.
///
/// Pure: made from the catalogue and the settings, without asking a Kafka.
package struct AsyncAPIDocument: Sendable {
    /// Where the document has its schemas.
    private static let schemaRoot = "#/components/schemas/"
    /// The version of AsyncAPI's bindings for Kafka that is used.
    private static let bindingVersion = "0.5.0"
    /// The messages of the quarantine's channel; no type has such a name.
    private static let quarantined = "quarantine-record"
    private static let redriven = "quarantine-marker"

    private let catalogue: Catalogue
    private let kafka: KafkaConfiguration
    private let topics: TopicsConfiguration
    private let maxMessageBytes: Int
    private let source: String
    private let version: String
    private let schemas: SchemaSet

    /// Describes the topics of this catalogue; `source` is what CloudEvents calls the sender,
    /// `version` that of the program.
    package init(
        _ catalogue: Catalogue, _ kafka: KafkaConfiguration, _ topics: TopicsConfiguration,
        maxMessageBytes: Int, source: String, version: String
    ) {
        self.catalogue = catalogue
        self.kafka = kafka
        self.topics = topics
        self.maxMessageBytes = maxMessageBytes
        self.source = source
        self.version = version
        schemas = SchemaSet(catalogue)
    }

    /// The document.
    package var json: [UInt8] {
        let channels = Dictionary(grouping: catalogue.entries, by: \.topic)
            .mapValues { $0.map(\.type) }
            .merging([RecordRouter.quarantineSuffix: [Self.quarantined, Self.redriven]]) { $1 }
            .sorted { $0.key < $1.key }
        var writer = JSONWriter(capacity: 64 << 10)
        writer.object { document in
            document.field("asyncapi", "3.0.0")
            writeInfo(&document)
            writeServers(&document)
            document.field("defaultContentType", "application/json")
            document.object("channels") { object in
                for (topic, messages) in channels { writeChannel(topic, messages, &object) }
            }
            document.object("operations") { object in
                for (topic, messages) in channels { writeOperation(topic, messages, &object) }
            }
            document.object("components") { components in
                components.object("messages", writeMessages)
                components.object("schemas", writeSchemas)
            }
        }
        return writer.bytes
    }

    private func writeInfo(_ document: inout JSONWriter) {
        document.object("info") { info in
            info.field("title", "Hookline")
            info.field("version", version)
            info.field(
                "description",
                """
                Webhooks as Hookline writes them to Kafka: a topic for each type, the entity's id \
                as the key, the body as it was posted as the value, CloudEvents headers in binary \
                mode. Read with isolation.level=read_committed. A record may come more than once: \
                know it again by ce_type and ce_id. By key a topic has the order of arrival, which \
                is not always that of occurrence: compare ce_time. More types, fields and words \
                may come at any time.
                """)
        }
    }

    /// The brokers of the bootstrap setting; how one signs in there is nobody's business here.
    private func writeServers(_ document: inout JSONWriter) {
        let usesTLS = kafka.properties["security.protocol"]?.lowercased().hasSuffix("ssl") ?? false
        document.object("servers") { servers in
            let hosts = kafka.bootstrapServers.split { ", ".contains($0) }
            for (number, host) in hosts.enumerated() {
                servers.object("bootstrap-\(number + 1)") { server in
                    server.field("host", String(host.split(separator: "/").last ?? host))
                    server.field("protocol", usesTLS ? "kafka-secure" : "kafka")
                    server.field("description", "A broker to ask for the others.")
                }
            }
        }
    }

    private func writeChannel(
        _ topic: String, _ messages: [String], _ channels: inout JSONWriter
    ) {
        channels.object(topic) { channel in
            channel.field("address", kafka.topicPrefix + topic)
            if topic == RecordRouter.quarantineSuffix {
                channel.field("description", "What was taken but cannot be routed.")
            }
            channel.object("messages") { list in
                for message in messages {
                    list.object(message) { $0.field("$ref", "#/components/messages/\(message)") }
                }
            }
            writeBinding(&channel) { binding in
                binding.field("topic", kafka.topicPrefix + topic)
                binding.field("partitions", topics.partitions)
                if let replicas = topics.replicas { binding.field("replicas", replicas) }
                binding.object("topicConfiguration") { settings in
                    settings.array("cleanup.policy") { $0.value("delete") }
                    settings.field("retention.ms", topics.retentionMilliseconds)
                    settings.field("retention.bytes", -1)
                    settings.field(
                        "max.message.bytes", max(maxMessageBytes, TopicWish.usualMessageBytes))
                }
            }
        }
    }

    private func writeOperation(
        _ topic: String, _ messages: [String], _ operations: inout JSONWriter
    ) {
        operations.object("publish-\(topic)") { operation in
            operation.field("action", "send")
            operation.object("channel") { $0.field("$ref", "#/channels/\(topic)") }
            operation.array("messages") { list in
                for message in messages {
                    list.object { $0.field("$ref", "#/channels/\(topic)/messages/\(message)") }
                }
            }
        }
    }

    private func writeSchemas(_ components: inout JSONWriter) {
        for name in schemas.names {
            guard let part = schemas.part(name, root: Self.schemaRoot) else { continue }
            components.key(name)
            components.raw(part)
        }
    }

    private func writeBinding(
        _ writer: inout JSONWriter, _ body: (inout JSONWriter) -> Void
    ) {
        writer.object("bindings") { bindings in
            bindings.object("kafka") { binding in
                body(&binding)
                binding.field("bindingVersion", Self.bindingVersion)
            }
        }
    }
}

// The messages.
extension AsyncAPIDocument {
    private func writeMessages(_ messages: inout JSONWriter) {
        for entry in catalogue.entries {
            messages.object(entry.type) { writeEvent(entry, &$0) }
        }
        messages.object(Self.quarantined) { message in
            message.field("summary", "A webhook in quarantine, its body as it came")
            writeHeaders("quarantine-headers", &message) { _ in }
            message.object("payload") { _ in }
            writeKey("The entity's id where known, else the event's, or none.", &message)
        }
        messages.object(Self.redriven) { message in
            message.field(
                "summary", "A marker: a record of the quarantine was redriven, or dropped")
            writeHeaders("redrive-headers", &message) { _ in }
            message.object("payload") { payload in
                payload.field("description", "Empty: no bytes at all.")
            }
            writeKey("That of the record that it is about.", &message)
        }
    }

    private func writeEvent(_ entry: CatalogueEntry, _ message: inout JSONWriter) {
        message.field("summary", "A webhook of the type \(entry.type), about one \(entry.entity)")
        writeHeaders("event-headers", &message) { properties in
            properties.object("ce_type") { $0.field("const", entry.type) }
            properties.object("ce_source") { $0.array("examples") { $0.value(source) } }
        }
        message.object("payload") { $0.field("$ref", Self.schemaRoot + entry.type) }
        writeKey("The id of the \(entry.entity): \(entry.keyPath) of the body.", &message)
        message.field("x-hookline-entity", entry.entity)
        message.field("x-hookline-snapshot", entry.snapshotPath.description)
        message.field("x-hookline-mode", entry.mode.rawValue)
    }

    private func writeHeaders(
        _ schema: String, _ message: inout JSONWriter, _ more: (inout JSONWriter) -> Void
    ) {
        message.object("headers") { headers in
            headers.field("type", "object")
            headers.array("allOf") { $0.object { $0.field("$ref", Self.schemaRoot + schema) } }
            headers.object("properties", more)
        }
    }

    private func writeKey(_ description: String, _ message: inout JSONWriter) {
        writeBinding(&message) { binding in
            binding.object("key") { key in
                key.field("type", "string")
                key.field("description", description)
            }
        }
    }
}
