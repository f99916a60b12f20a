/// The state that events give, worked out a second time and plainly: all events of an entity
/// sorted by version, then taken one by one; later wins by field, and a replacement clears.
package struct ModelState<Version: Comparable> {
    private struct Entity: Hashable {
        let name: String
        let id: String
    }

    private struct Event {
        let version: Version
        let replaces: Bool
        let fields: [(name: String, value: String)]
    }

    private var events: [Entity: [Event]] = [:]

    /// A state that no event has touched.
    package init() {}

    /// Takes an event in; the values are JSON without whitespace, of a repeated name the last counts.
    package mutating func add(
        _ entity: String, _ id: String, _ version: Version, replaces: Bool = false,
        _ fields: [(name: String, value: String)]
    ) {
        let event = Event(version: version, replaces: replaces, fields: fields)
        events[Entity(name: entity, id: id), default: []].append(event)
    }

    /// Takes in the events of another.
    package mutating func merge(_ other: Self) {
        events.merge(other.events) { $0 + $1 }
    }

    /// As `state export` prints it.
    package var export: String {
        events.sorted { Self.isBefore($0.key, $1.key) }.map { entity, events in
            let name = Self.quoted(entity.name)
            let state = "{\(Self.fields(events).joined(separator: ","))}"
            return "{\"entity\":\(name),\"id\":\(Self.quoted(entity.id)),\"state\":\(state)}\n"
        }.joined()
    }

    private static func fields(_ events: [Event]) -> [String] {
        var fields: [String: String] = [:]
        for event in events.sorted(by: { $0.version < $1.version }) {
            if event.replaces { fields.removeAll() }
            for (name, value) in event.fields { fields[name] = value }
        }
        return fields.sorted { isBefore($0.key, $1.key) }.map { "\(quoted($0.key)):\($0.value)" }
    }

    private static func isBefore(_ left: Entity, _ right: Entity) -> Bool {
        left.name == right.name ? isBefore(left.id, right.id) : isBefore(left.name, right.name)
    }

    /// By the bytes of UTF-8, not by Unicode's rules.
    private static func isBefore(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    private static func quoted(_ text: String) -> String {
        let short: [Unicode.Scalar: String] = [
            "\"": "\\\"", "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t",
        ]
        let escaped = text.unicodeScalars.map { scalar -> String in
            if let known = short[scalar] { return known }
            guard scalar.value < 0x20 else { return String(scalar) }
            let digits = String(scalar.value, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
        return "\"\(escaped.joined())\""
    }
}
