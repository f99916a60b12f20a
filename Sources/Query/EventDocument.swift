internal import Events
package import JSON
internal import Projection
package import Store

/// An event of a history as JSON: what it is, its version, where it lies, what became of it.
package enum EventDocument {
    /// Writes the event as an object.
    package static func write(_ entry: HistoryEntry, to writer: inout JSONWriter) {
        writer.object { event in
            event.field("eventId", entry.version.eventID.description)
            event.field("type", entry.type)
            event.field("occurredAt", entry.version.occurredAt.rfc3339)
            event.field("updatedAt", entry.version.updatedAt?.rfc3339)
            event.field("rank", entry.version.rank)
            event.field("bodyHash", entry.version.bodyHash.description)
            event.field("outcome", entry.outcome.name)
            event.field("topic", entry.position.topic)
            event.field("partition", entry.position.partition)
            event.field("offset", entry.position.offset)
            event.key("further")
            if let further = entry.further { event.raw(further.span) } else { event.null() }
        }
    }
}
