import Events
import JSON
import Support
import Testing

@Suite struct SchemaSetTests {
    private let shipped = SchemaSet(.shipped)
    private let custom: SchemaSet

    init() throws {
        let text = """
            {types: {
                "order.updated": {entity: "order", key: "data.order.id", snapshot: "data.order"},
                "list.made": {entity: "list", key: "data.0.id", snapshot: "data.0", data: "array"},
                "any.thing": {entity: "thing", key: "about", snapshot: "data", data: "any"},
            }}
            """
        custom = SchemaSet(try Catalogue(json5: Array(text.utf8)))
    }

    @Test func `each file of config schemas is there, and each type of the catalogue`() throws {
        let files = try SourceTree.paths(under: "config/schemas").map {
            String($0.dropFirst("config/schemas/".count).dropLast(".json".count))
        }
        #expect(files.count == 10)
        #expect(shipped.names == Set(files + Catalogue.shipped.entries.map(\.type)).sorted())
    }

    @Test func `words are open everywhere`() throws {
        for name in shipped.names {
            #expect(shipped.part(name, root: "#/")?.contains("\"enum\"") == false, "\(name)")
        }
    }

    @Test func `as a part of a document a schema refers to that document's schemas`() throws {
        let part = try #require(shipped.part("order.updated", root: "#/components/schemas/"))
        #expect(part.contains(##"{"$ref": "#/components/schemas/event-envelope"}"##))
        #expect(!part.contains("$schema"))
        let order = try #require(shipped.part("order-state", root: "#/components/schemas/"))
        #expect(
            order.contains(##"{"$ref": "#/components/schemas/order-state/definitions/address"}"##))
        #expect(shipped.part("nothing", root: "#/") == nil)
        #expect(shipped.document("nothing") == nil)
    }

    @Test func `a type that the catalogue reads otherwise than documented is left open`() {
        #expect(
            custom.names == [
                "any.thing", "event-envelope", "event-headers", "list.made", "order.updated",
                "quarantine-headers", "redrive-headers",
            ])
    }
}

extension SchemaSetTests {
    private static let hasValidator = JSONSchemaValidator.isAvailable
    private static let whyNot = Comment(rawValue: JSONSchemaValidator.whyNot ?? "")

    /// What the validator says of each document, by its number; those that are valid are missing.
    private func complaints(
        _ documents: [String], _ name: String, in set: SchemaSet
    ) throws -> [Int: String] {
        let schema = try #require(set.document(name))
        let lines = try JSONSchemaValidator.complaints(
            about: documents.map { Array($0.utf8) }, schema: schema)
        return Dictionary(
            uniqueKeysWithValues: lines.map { line in
                (Int(line.prefix { $0 != ":" }) ?? -1, line)
            })
    }

    @Test(.enabled(if: hasValidator, whyNot), arguments: Fixture.types)
    func `a documented body is valid, whatever word, number or null it has, and with more fields`(
        type: String
    ) throws {
        let body = try Fixture.body(type)
        let key = try #require(Catalogue.shipped[type]).keyPath.description
        let variants = try [String(decoding: body, as: UTF8.self)] + Self.variants(of: body, key)
        #expect(variants.count > 50)
        let found = try complaints(variants, type, in: shipped)
        for (number, complaint) in found {
            Issue.record("\(complaint)\n\(variants[number])")
        }
    }

    /// The body with one thing changed under `data`, in each way that its sender is free to.
    private static func variants(of body: [UInt8], _ key: String) throws -> [String] {
        let document = try ModelDocument(body)
        let text = { (range: Range<Int>) in String(decoding: body[range], as: UTF8.self) }
        var variants: [String] = []
        func visit(_ node: Int, _ path: String) {
            let (kind, range) = (document.nodes[node].kind, document.nodes[node].range)
            func put(_ value: String) {
                let (before, after) = (0..<range.lowerBound, range.upperBound..<body.count)
                variants.append(text(before) + value + text(after))
            }
            let leadsToKey = key == path || key.hasPrefix(path + ".")
            if !leadsToKey { put("null") }
            switch kind {
            case .string: put("\"A_WORD_NOBODY_KNOWS\"")
            case .number: ["-1", "2.50", "1e5"].forEach(put)
            case .object:
                let comma = document.nodes[node].children.isEmpty ? "" : ","
                put("{\"new\":[{}]\(comma)\(text(range).dropFirst())")
            default: break
            }
            for (name, child) in document.nodes[node].children {
                visit(child, "\(path).\(String(decoding: name, as: UTF8.self))")
            }
        }
        let data = try #require(document.nodes[0].children.first { $0.name == Array("data".utf8) })
        visit(data.node, "data")
        return variants
    }

    @Test(.enabled(if: hasValidator, whyNot), arguments: Fixture.types)
    func `a damaged body is not valid`(type: String) throws {
        let other = type.hasPrefix("license.") ? "order.submitted" : "license.created"
        let text = String(decoding: try Fixture.body(type), as: UTF8.self)
        let head = String(text[..<(try #require(text.firstRange(of: "\"data\": "))).upperBound])
        let otherText = String(decoding: try Fixture.body(other), as: UTF8.self)
        let otherData = try #require(otherText.firstRange(of: "\"data\": "))
        let damaged = [
            text.replacing("\"eventId\"", with: "\"eventID\"", maxReplacements: 1),
            text.replacing("b3a2d5c4-", with: "b3a2d5c4", maxReplacements: 1),
            text.replacing("\"type\"", with: "\"kind\"", maxReplacements: 1),
            text.replacing(type, with: other, maxReplacements: 1),
            text.replacing("\"occurredAt\"", with: "\"at\"", maxReplacements: 1),
            head + otherText[otherData.upperBound...], head + "[]}", head + "null}", head + "{}}",
            text.replacing("Id\": \"order-123\"", with: "Id\": 123"),
            "[\(text)]",
        ]
        var expected = Set(damaged.indices)
        // A licence has no order's id to spoil.
        if type.hasPrefix("license.") { expected.remove(9) }
        #expect(Set(try complaints(damaged, type, in: shipped).keys) == expected)
    }

    @Test(.enabled(if: hasValidator, whyNot))
    func `a type without a file has the envelope's schema, and the key where that is known`() throws
    {
        func body(_ type: String, _ data: String) -> String {
            """
            {"eventId": "b3a2d5c4-1f2e-4a6b-9c7d-1234567890ab", "type": "\(type)",
            "occurredAt": "2026-01-01T00:00:00Z", "about": "x", "data": \(data)}
            """
        }
        let order = ["{\"order\": {\"id\": \"x\"}}", "{\"order\": {\"id\": 1}}", "{}", "[]"]
        #expect(
            try complaints(order.map { body("order.updated", $0) }, "order.updated", in: custom)
                .keys.sorted() == [1, 2, 3])
        let lists = ["[]", "[{\"id\": \"x\"}]", "{}", "null"]
        #expect(
            try complaints(lists.map { body("list.made", $0) }, "list.made", in: custom)
                .keys.sorted() == [2, 3])
        let any = ["null", "{}", "7"].map { body("any.thing", $0) } + [body("list.made", "[]")]
        #expect(try complaints(any, "any.thing", in: custom).keys.sorted() == [3])
    }
}
