package import Events
package import JSON
package import Projection

/// An entity as JSON: what it is or was, and, where that is asked too, what set each field.
package struct EntityDocument {
    private let name: EntityName
    private let state: EntityState
    private let at: PointInTime?
    private let explanation: Explanation?

    /// Describes an entity as of now, or as of a time.
    package init(
        _ name: EntityName, _ state: EntityState, at: PointInTime? = nil,
        explanation: Explanation? = nil
    ) {
        self.name = name
        self.state = state
        self.at = at
        self.explanation = explanation
    }

    /// Writes it as an object.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.field("entity", name.entity)
            object.field("id", name.id)
            if let at { object.field("at", at.instant.rfc3339) }
            object.key("newest")
            writeNewest(to: &object)
            object.key("state")
            object.raw(state.canonicalJSON.span)
            if let explanation { explanation.write(to: &object) }
        }
    }

    /// The newest event that the state has anything of.
    private func writeNewest(to writer: inout JSONWriter) {
        guard let newest = state.newest else { return writer.null() }
        writer.object { event in
            event.field("eventId", newest.eventID.description)
            event.field("occurredAt", newest.occurredAt.rfc3339)
            event.field("updatedAt", newest.updatedAt?.rfc3339)
        }
    }
}
