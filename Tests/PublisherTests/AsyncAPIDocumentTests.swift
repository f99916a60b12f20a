import Events
import Journal
import Support
import Testing

@testable import Kafka
@testable import Publisher

@Suite struct AsyncAPIDocumentTests {
    private static let hasValidator = JSONSchemaValidator.isAvailable
    private static let whyNot = Comment(rawValue: JSONSchemaValidator.whyNot ?? "")

    private static func document(
        _ catalogue: Catalogue = .shipped, _ kafka: KafkaConfiguration = .init(),
        _ topics: TopicsConfiguration = .init()
    ) -> [UInt8] {
        AsyncAPIDocument(
            catalogue, kafka, topics, maxMessageBytes: 2_000_000, source: "the/source",
            version: "1.2.3"
        ).json
    }

    /// Two types on one topic, one that replaces, one whose data is an array.
    private static func custom() throws -> [UInt8] {
        let text = """
            {types: {
                "thing.made": {entity: "thing", key: "data.id", snapshot: "data", topic: "things"},
                "thing.reset": {entity: "thing", key: "data.id", snapshot: "data", topic: "things",
                    mode: "replace"},
                "list.made": {entity: "list", key: "data.0.id", snapshot: "data.0", data: "array"},
            }}
            """
        var kafka = KafkaConfiguration(
            bootstrapServers: "SASL_SSL://one.example:9093, two.example:9093")
        kafka.topicPrefix = "own-"
        kafka.properties = [
            "security.protocol": "SASL_SSL", "sasl.username": "an-account",
            "sasl.password": "a-password",
        ]
        var topics = TopicsConfiguration()
        topics.partitions = 12
        topics.replicas = 3
        topics.retentionHours = 2
        return document(try Catalogue(json5: Array(text.utf8)), kafka, topics)
    }

    @Test(.enabled(if: hasValidator, whyNot))
    func `the published schema of AsyncAPI accepts it, and not everything`() throws {
        let schema = try FileSystem.bytes(
            of: "\(SourceTree.top)/Tests/Fixtures/asyncapi-3.0.0.json")
        let shipped = Self.document()
        let broken = String(decoding: shipped, as: UTF8.self)
            .replacing("\"partitions\":6", with: "\"partitions\":0", maxReplacements: 1)
        let complaints = try JSONSchemaValidator.complaints(
            about: [shipped, try Self.custom(), Array(broken.utf8)], schema: schema)
        #expect(complaints.count == 1)
        #expect(complaints.first?.hasPrefix("2: $.channels") == true, "\(complaints)")
    }

    @Test func `every reference leads to something in it`() throws {
        for json in [Self.document(), try Self.custom()] {
            let document = try ModelDocument(json)
            let references = document.nodes.flatMap(\.children)
                .filter { $0.name == Array("$ref".utf8) }
                .map { String(decoding: document.nodes[$0.node].text, as: UTF8.self) }
            #expect(references.count > 15)
            for reference in references {
                #expect(document.node(at: reference) != nil, "\(reference)")
            }
        }
    }

    @Test func `a channel for each topic, with what the settings say of it`() throws {
        let document = try ModelDocument(try Self.custom())
        #expect(document.names(at: "#/channels") == ["list.made", "quarantine", "things"])
        let channel = "#/channels/things"
        #expect(document.text(at: "\(channel)/address") == "\"own-things\"")
        #expect(document.names(at: "\(channel)/messages") == ["thing.made", "thing.reset"])
        let binding = "\(channel)/bindings/kafka"
        #expect(document.text(at: "\(binding)/partitions") == "12")
        #expect(document.text(at: "\(binding)/replicas") == "3")
        let settings = "\(binding)/topicConfiguration"
        #expect(document.text(at: "\(settings)/retention.ms") == "7200000")
        #expect(document.text(at: "\(settings)/max.message.bytes") == "2000000")
        #expect(
            document.text(at: "#/components/messages/thing.reset/x-hookline-mode")
                == "\"replace\"")
        #expect(
            document.names(at: "#/operations") == [
                "publish-list.made", "publish-quarantine", "publish-things",
            ])
        let usual = try ModelDocument(Self.document())
        #expect(usual.node(at: "#/channels/order.updated/bindings/kafka/replicas") == nil)
    }

    @Test func `the servers are those of the setting, and nothing secret is told`() throws {
        let json = try Self.custom()
        let document = try ModelDocument(json)
        #expect(document.text(at: "#/servers/bootstrap-1/host") == "\"one.example:9093\"")
        #expect(document.text(at: "#/servers/bootstrap-2/host") == "\"two.example:9093\"")
        #expect(document.text(at: "#/servers/bootstrap-2/protocol") == "\"kafka-secure\"")
        let text = String(decoding: json, as: UTF8.self)
        #expect(!text.contains("an-account") && !text.contains("a-password"))
    }

    @Test(.enabled(if: hasValidator, whyNot), arguments: Fixture.types)
    func `a message's payload takes the documented body`(type: String) throws {
        let body = try Fixture.body(type)
        let complaints = try JSONSchemaValidator.complaints(
            about: [body, Array("{}".utf8)], schema: Self.document(),
            at: "/components/messages/\(type)/payload")
        #expect(complaints.map { $0.prefix(2) } == ["1:"])
    }

    @Test(.enabled(if: hasValidator, whyNot))
    func `a message's headers are those that the publisher writes`() throws {
        let event = headers(.event, "order.updated")
        let quarantined = headers(.quarantined(.key), "order.updated")
        let marker = """
            {"\(HeaderName.redriven)": "3@17", "\(HeaderName.redrivenTo)": "telness.order.updated",
            "\(HeaderName.redrivenAt)": "2026-01-01T00:00:00Z"}
            """
        let all = [event, quarantined, headers(.event, "order.cancelled"), marker]
        for (message, number) in [
            ("order.updated", 0), ("quarantine-record", 1), ("order.cancelled", 2),
            ("quarantine-marker", 3),
        ] {
            let complaints = try JSONSchemaValidator.complaints(
                about: all.map { Array($0.utf8) }, schema: Self.document(),
                at: "/components/messages/\(message)/headers")
            let refused = complaints.compactMap { Int($0.prefix(1)) }
            #expect(refused == [0, 1, 2, 3].filter { $0 != number }, "\(message): \(complaints)")
        }
    }

    /// The headers that a record gets, as an object.
    private func headers(_ kind: JournalEntry.Kind, _ type: String) -> String {
        let entry = JournalEntry(
            kind: kind, receivedAt: .now(), type: type, key: "order-1",
            eventID: EventID(high: 1, low: 2), eventIDText: "\(EventID(high: 1, low: 2))",
            occurredAtText: "2026-01-02T03:04:05.123+01:00", bodyHash: BodyHash(high: 0, low: 0),
            traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            apiKeyName: "main")
        var router = RecordRouter(.shipped, topicPrefix: "p.", source: "the/source")
        var headers = RecordHeaders()
        router.fill(
            &headers, of: JournalRecord(sequence: 7, entry: entry, body: []),
            to: router.destination(of: entry, isRefused: false))
        let members = headers.headers.map { header in
            let value = String(decoding: headers.bytes[header.value], as: UTF8.self)
            return "\"\(header.name)\": \"\(value)\""
        }
        return "{\(members.joined(separator: ", "))}"
    }
}

extension ModelDocument {
    /// The value that a reference such as `#/channels/a` leads to.
    fileprivate func node(at reference: String) -> Int? {
        guard reference.hasPrefix("#/") else { return nil }
        return reference.dropFirst(2).split(separator: "/").reduce(0) { node, name in
            node.flatMap { nodes[$0].children.first { $0.name == Array(name.utf8) }?.node }
        }
    }

    fileprivate func text(at reference: String) -> String? {
        node(at: reference).map { String(decoding: raw($0), as: UTF8.self) }
    }

    fileprivate func names(at reference: String) -> [String]? {
        node(at: reference).map { node in
            nodes[node].children.map { String(decoding: $0.name, as: UTF8.self) }
        }
    }
}
