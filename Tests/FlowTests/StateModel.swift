import Events

/// What the state must be, worked out in the plainest way: all values of all events, newest wins.
struct StateModel {
    private struct Age: Comparable {
        let occurredAt: Timestamp
        let updatedAt: Timestamp?
        let rank: Int
        let eventID: String

        static func < (left: Age, right: Age) -> Bool {
            if left.occurredAt != right.occurredAt { return left.occurredAt < right.occurredAt }
            if left.updatedAt != right.updatedAt {
                guard let a = left.updatedAt, let b = right.updatedAt else {
                    return left.updatedAt == nil
                }
                return a < b
            }
            return (left.rank, left.eventID) < (right.rank, right.eventID)
        }
    }

    private static let ranks = [
        "order.submitted": 10, "license.created": 10, "order.updated": 20,
        "order.lineItemStatusChanged": 20, "license.activated": 30, "license.renewed": 30,
        "order.cancelled": 40, "license.ended": 40,
    ]

    private struct Entity: Hashable { let kind: String, id: String }
    private struct Field { var age: Age, value: JSONSlice }
    private var entities: [Entity: [String: Field]] = [:]

    /// How many orders and licences there are.
    var count: Int { entities.count }

    /// Takes in the body of an event of a catalogued type.
    mutating func apply(_ body: [UInt8]) throws {
        let event = Self.members(of: JSONSlice(body))
        guard let type = event["type"]?.text, let rank = Self.ranks[type], let data = event["data"],
            let slice = type == "order.lineItemStatusChanged" ? data["order"] : data,
            let kind = type.split(separator: ".").first.map(String.init),
            case let snapshot = Self.members(of: slice),
            let id = snapshot["\(kind)Id"]?.text, let eventID = event["eventId"]?.text,
            let occurredAt = event["occurredAt"].flatMap({ Timestamp(rfc3339: $0.text) })
        else { throw UnusableEvent(body: String(decoding: body, as: UTF8.self)) }
        let age = Age(
            occurredAt: occurredAt,
            updatedAt: snapshot["updatedAt"].flatMap { Timestamp(rfc3339: $0.text) },
            rank: rank, eventID: eventID.lowercased())
        let key = Entity(kind: kind, id: id)
        for (name, value) in snapshot {
            if let known = entities[key]?[name], age < known.age { continue }
            entities[key, default: [:]][name] = Field(age: age, value: value)
        }
    }

    /// The members by name; the last of a name counts.
    private static func members(of object: JSONSlice) -> [String: JSONSlice] {
        Dictionary(object.members.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    }

    /// As `state export` prints it.
    var export: String {
        entities
            .sorted { Self.isBefore([$0.key.kind, $0.key.id], [$1.key.kind, $1.key.id]) }
            .map { entity, fields in
                let state = fields.sorted { Self.isBefore([$0.key], [$1.key]) }
                    .map { "\"\($0.key)\":\($0.value.value.compact)" }.joined(separator: ",")
                return
                    "{\"entity\":\"\(entity.kind)\",\"id\":\"\(entity.id)\",\"state\":{\(state)}}\n"
            }
            .joined()
    }

    /// By the bytes of UTF-8, not by Unicode's rules.
    private static func isBefore(_ left: [String], _ right: [String]) -> Bool {
        for (a, b) in zip(left, right) where a != b {
            return a.utf8.lexicographicallyPrecedes(b.utf8)
        }
        return false
    }
}

/// A body that the model cannot read.
struct UnusableEvent: Error {
    let body: String
}
