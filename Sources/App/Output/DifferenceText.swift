import Events
import JSON
import Projection
import Replay
import Store

/// Where a rebuilt state and the live one differ, as people read it and as scripts do.
struct DifferenceText {
    /// Longer values are cut for people.
    private static let valueLimit = 60

    private let paint: Paint

    init(_ paint: Paint) {
        self.paint = paint
    }

    /// The entity on a line, then each field with what either side has.
    func of(_ difference: EntityDifference) -> String {
        var text = paint.bold("\(difference.entity) \(difference.id)")
        if !difference.isInLive { text += "  not in the live state" }
        if !difference.isInRebuilt { text += "  not in the rebuilt state" }
        text += "\n"
        guard difference.isInLive, difference.isInRebuilt else { return text }
        for field in difference.fields {
            text += "  \(field.name)\n"
            text += "    live     " + of(field.live) + "\n"
            text += "    rebuilt  " + of(field.rebuilt) + "\n"
        }
        return text
    }

    private func of(_ side: FieldDifference.Side?) -> String {
        guard let side else { return paint.dim("no such field") }
        let value = String(decoding: Self.compact(side.value), as: UTF8.self)
        let shown =
            value.count > Self.valueLimit ? value.prefix(Self.valueLimit - 1) + "…" : value
        var setter = side.version.eventID.description
        if let event = side.setBy { setter = "\(event.type) \(setter) at \(event.position)" }
        return "\(shown)  " + paint.dim("\(side.version.occurredAt.rfc3339) \(setter)")
    }

    static func write(_ difference: EntityDifference, to line: inout JSONWriter) {
        line.field("entity", difference.entity)
        line.field("id", difference.id)
        line.field("inLive", difference.isInLive)
        line.field("inRebuilt", difference.isInRebuilt)
        line.array("fields") { list in
            for field in difference.fields {
                list.object { one in
                    one.field("name", field.name)
                    write("live", field.live, to: &one)
                    write("rebuilt", field.rebuilt, to: &one)
                }
            }
        }
    }

    private static func write(
        _ name: String, _ side: FieldDifference.Side?, to line: inout JSONWriter
    ) {
        line.key(name)
        guard let side else { return line.null() }
        line.object { one in
            one.key("value")
            one.raw(compact(side.value).span)
            one.field("eventId", side.version.eventID.description)
            one.field("occurredAt", side.version.occurredAt.rfc3339)
            guard let event = side.setBy else { return }
            one.field("type", event.type)
            one.field("topic", event.position.topic)
            one.field("partition", event.position.partition)
            one.field("offset", event.position.offset)
        }
    }

    private static func compact(_ value: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        CompactJSON.append(value.span, to: &bytes)
        return bytes
    }
}
