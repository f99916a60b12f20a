import Events
import Support

/// A type of event as the model knows it, apart from the catalogue.
struct ModelType {
    /// Where the body has the fields.
    enum Shape { case data, order, element, body }

    let name: String
    var topic: String?
    let entity: String
    var rank = 20
    var replaces = false
    var shape = Shape.data

    /// Of the shipped types, and of those that the model's catalogue adds.
    static let all = [
        ModelType(name: "order.submitted", entity: "order", rank: 10),
        ModelType(name: "order.updated", entity: "order"),
        ModelType(name: "order.lineItemStatusChanged", entity: "order", shape: .order),
        ModelType(name: "order.cancelled", entity: "order", rank: 40),
        ModelType(name: "license.created", entity: "license", rank: 10),
        ModelType(name: "license.ended", entity: "license", rank: 40),
        ModelType(name: "order.reset", entity: "order", rank: 30, replaces: true),
        ModelType(name: "thing.listed", topic: "things", entity: "thing", shape: .element),
        ModelType(name: "thing.told", topic: "things", entity: "thing", rank: 0, shape: .body),
        ModelType(
            name: "thing.emptied", topic: "things", entity: "thing", replaces: true, shape: .body),
    ]

    /// The shipped catalogue and four types more: two that replace, one of arrays, three on a topic.
    static let catalogue: Catalogue = {
        let added = """
            types: {
            "order.reset": {
                entity: "order", key: "data.orderId", snapshot: "data", mode: "replace", rank: 30,
            },
            "thing.listed": {
                entity: "thing", key: "data.0.id", snapshot: "data.0", data: "array",
                topic: "things",
            },
            "thing.told": {
                entity: "thing", key: "data.id", snapshot: "data.body", rank: 0, topic: "things",
            },
            "thing.emptied": {
                entity: "thing", key: "data.id", snapshot: "data.body", mode: "replace",
                topic: "things",
            },
            """
        let text = Catalogue.shippedText.replacing("types: {", with: added, maxReplacements: 1)
        do {
            return try Catalogue(json5: Array(text.utf8))
        } catch {
            preconditionFailure("\(error)")
        }
    }()

    /// The name of the field that holds the id, where the snapshot has one.
    var idField: String? {
        switch shape {
        case .data, .order: "\(entity)Id"
        case .element: "id"
        case .body: nil
        }
    }
}

/// One event of the model.
struct ModelEvent {
    var type: String
    var id: String
    var eventID = 1
    var second = 1
    var fraction = 0
    var updatedAt: Int?
    /// Names and values without whitespace; a name may be there twice.
    var fields: [(name: String, value: String)] = []
    /// Decides how it is written; nil for plainly.
    var spelling: Int?

    private static let names = [
        "f0", "f1", "f2", "state", "customer", "å", "ab", "", "a\"b\\", "line\n\u{1}", "a/b", "😀",
    ]
    private static let values = [
        "1", "2.50", "1e5", "-0.0", "1E+2", "18446744073709551615", "null", "true", #""ä""#,
        #""a \" b\\""#, #""\u00e9\/""#, #"[1,{"b":[]}]"#, #"{"k":"v  w, [x]"}"#, "[]", "{}",
    ]

    /// Times, ids and names from small sets, so that they meet often.
    static func random(
        _ generator: inout SeededGenerator, entities: Int = 8, tag: String = ""
    ) -> ModelEvent {
        let type = ModelType.all.randomElement(using: &generator) ?? ModelType.all[0]
        var fields = (0..<Int.random(in: 0...4, using: &generator)).map { _ in
            (
                name: names.randomElement(using: &generator) ?? "",
                value: values.randomElement(using: &generator) ?? ""
            )
        }
        let updatedAt: Int? =
            Bool.random(using: &generator) ? .random(in: 0...2, using: &generator) : nil
        // One that is no time counts as none, and is a field all the same.
        if updatedAt == nil, Int.random(in: 0..<6, using: &generator) == 0 {
            fields.append((name: "updatedAt", value: #""soon""#))
        }
        let number = Int.random(in: 0..<entities, using: &generator)
        return ModelEvent(
            type: type.name, id: "\(tag)\(number == 3 ? "\"ä\" " : "")\(type.entity)-\(number)",
            eventID: .random(in: 0...15, using: &generator),
            second: .random(in: 0...3, using: &generator),
            fraction: .random(in: 0...1, using: &generator), updatedAt: updatedAt, fields: fields,
            spelling: Bool.random(using: &generator)
                ? .random(in: 0...1_000_000, using: &generator) : nil)
    }

    /// What the catalogue should say of it.
    var kind: ModelType { ModelType.all.first { $0.name == type } ?? ModelType.all[0] }

    /// The snapshot's fields.
    var snapshot: [(name: String, value: String)] {
        let id = kind.idField.map { [(name: $0, value: "\"\(escapedID)\"")] } ?? []
        let time = updatedAt.map { [(name: "updatedAt", value: "\"2024-01-15T10:00:0\($0)Z\"")] }
        return id + (time ?? []) + fields
    }

    private var escapedID: String { id.replacing("\"", with: "\\\"") }

    /// The id as text; what a version compares is the number.
    private var uuid: String {
        let digit = String(eventID, radix: 16, uppercase: second == 1)
        return "b3a2d5c4-1f2e-4a6b-9c7d-12345678900\(digit)"
    }

    /// As it is posted: the same each time.
    var body: String {
        var spelling = Spelling(seed: self.spelling)
        // An hour's difference in writing is none in time.
        let time =
            eventID % 2 == 0
            ? "10:00:0\(second).\(fraction)Z" : "11:00:0\(second).\(fraction)00+01:00"
        let fields = snapshot.map { name, value in
            "\(spelling.string(name)):\(spelling.value(value))"
        }.joined(separator: ",\(spelling.space())")
        let data =
            switch kind.shape {
            case .data: "{\(fields)}"
            case .order: "{\"order\": {\(fields)}, \"lineItemId\": \"line-1\"}"
            case .element: "[{\(fields)}, {}]"
            case .body: "{\"id\": \(spelling.string(id)), \"body\": {\(fields)}}"
            }
        return """
            {"eventId": "\(uuid)", \(spelling.string("type")): "\(type)",
            "occurredAt": "2024-01-15T\(time)"\(spelling.space()), "data": \(data)}\(spelling.space())
            """
    }

    var record: TestRecord { TestRecord(topic: kind.topic ?? type, key: id, value: body) }

    /// Its place in the order of its entity's events.
    func version(_ body: String) -> ModelVersion {
        ModelVersion(
            time: second * 10 + fraction, updatedAt: updatedAt ?? -1, rank: kind.rank, id: eventID,
            hash: BodyHash(hashing: Array(body.utf8).span))
    }
}

/// The order of an entity's events.
struct ModelVersion: Comparable {
    var time: Int
    var updatedAt: Int
    var rank: Int
    var id: Int
    var hash: BodyHash

    static func < (left: Self, right: Self) -> Bool {
        (left.time, left.updatedAt, left.rank, left.id, left.hash)
            < (right.time, right.updatedAt, right.rank, right.id, right.hash)
    }
}
