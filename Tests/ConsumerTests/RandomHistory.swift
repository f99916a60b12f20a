import Events
import Support

/// Webhooks of a few entities in a random order with repetitions, and among them what does not
/// belong there; with the state that they give, made a second time and plainly.
struct RandomHistory {
    private(set) var records: [TestRecord] = []
    /// Records among them that no consumer can apply.
    private(set) var foreign = 0
    private var events: [ModelEvent] = []

    init(seed: Int, events count: Int) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<count {
            let event = ModelEvent.random(&generator)
            events.append(event)
            records.append(event.record)
        }
        for _ in 0..<count / 4 {
            guard let again = records.randomElement(using: &generator) else { break }
            records.append(again)
        }
        for number in 0..<count / 10 {
            records.append(Self.foreignRecord(number))
            foreign += 1
        }
        records.shuffle(using: &generator)
    }

    private static func foreignRecord(_ number: Int) -> TestRecord {
        let updated = ModelEvent(type: "order.updated", id: "order-1").record
        return switch number % 6 {
        case 0: TestRecord(topic: "order.updated", key: "order-1", value: nil)
        case 1: TestRecord(topic: "order.updated", key: "order-1", value: "no JSON")
        case 2: TestRecord(topic: "order.updated", key: "order-1", value: "{\"a\":1}")
        case 3: TestRecord(topic: "order.updated", key: "another", value: updated.value)
        case 4: TestRecord(topic: "order.submitted", key: "order-1", value: updated.value)
        default: TestRecord(topic: "license.created", key: nil, value: "[]")
        }
    }

    /// The export that the state must give: all events sorted, then taken one by one.
    var expected: String {
        var entities: [String: [String: String]] = [:]
        for event in events.sorted(by: { $0.version < $1.version }) {
            for (name, value) in event.snapshot { entities[event.line, default: [:]][name] = value }
        }
        return entities.sorted { $0.key < $1.key }.map { line, fields in
            let fields = fields.sorted { $0.key < $1.key }.map { "\"\($0)\":\($1)" }
            return "\(line),\"state\":{\(fields.joined(separator: ","))}}\n"
        }.joined()
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
    var fields: [(name: String, value: String)] = []

    static func random(_ generator: inout SeededGenerator) -> ModelEvent {
        let types = [
            "order.submitted", "order.updated", "order.lineItemStatusChanged", "order.cancelled",
            "license.created", "license.ended",
        ]
        let values = ["1", "2.50", "null", "\"ä\"", "[1,{\"b\":[]}]", "{\"k\":\"v\"}", "true"]
        let type = types.randomElement(using: &generator) ?? ""
        let fields = (0..<Int.random(in: 0...4, using: &generator)).map { _ in
            (
                "f\(Int.random(in: 0...5, using: &generator))",
                values.randomElement(using: &generator) ?? ""
            )
        }
        return ModelEvent(
            type: type, id: "\(type.prefix(5))-\(Int.random(in: 0...7, using: &generator))",
            eventID: .random(in: 0...9, using: &generator),
            second: .random(in: 0...3, using: &generator),
            fraction: .random(in: 0...1, using: &generator),
            updatedAt: Bool.random(using: &generator) ? .random(in: 0...2, using: &generator) : nil,
            fields: fields)
    }

    private var isLicense: Bool { type.hasPrefix("license") }

    /// The snapshot's fields; of a repeated one the last counts.
    var snapshot: [(name: String, value: String)] {
        [(isLicense ? "licenseId" : "orderId", "\"\(id)\"")]
            + (updatedAt.map { [("updatedAt", "\"2024-01-15T10:00:0\($0)Z\"")] } ?? []) + fields
    }

    private var uuid: String { "b3a2d5c4-1f2e-4a6b-9c7d-12345678900\(eventID)" }

    private var body: String {
        // An hour's difference in writing is none in time.
        let time =
            eventID % 2 == 0
            ? "10:00:0\(second).\(fraction)Z" : "11:00:0\(second).\(fraction)00+01:00"
        let fields = snapshot.map { "\"\($0)\": \($1)" }.joined(separator: ", ")
        let data =
            type == "order.lineItemStatusChanged"
            ? "{\"order\": {\(fields)}, \"lineItemId\": \"line-1\"}" : "{\(fields)}"
        return """
            {"eventId": "\(uuid)", "type": "\(type)", "occurredAt": "2024-01-15T\(time)",
            "data": \(data)}
            """
    }

    var record: TestRecord { TestRecord(topic: type, key: id, value: body) }

    fileprivate var line: String {
        "{\"entity\":\"\(isLicense ? "license" : "order")\",\"id\":\"\(id)\""
    }

    fileprivate var version: ModelVersion {
        let ranks = [
            "order.submitted": 10, "license.created": 10, "order.cancelled": 40,
            "license.ended": 40,
        ]
        return ModelVersion(
            time: second * 10 + fraction, updatedAt: updatedAt ?? -1, rank: ranks[type] ?? 20,
            id: eventID, hash: BodyHash(hashing: Array(body.utf8).span))
    }
}

private struct ModelVersion: Comparable {
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
