/// What the scan of a body gave.
package enum ScanResult: Sendable {
    /// An event that can be routed.
    case event(ScannedEvent)
    /// JSON, but it cannot be routed.
    case quarantine(QuarantineReason, partial: ScannedParts)
    /// No JSON: what is wrong, and where if that is known.
    case malformed(String)
    /// There is no memory to tell what it is.
    case outOfMemory
}

/// All that routing needs of an event.
package struct ScannedEvent: Sendable {
    /// The event's id.
    package let eventID: EventID

    /// The event's id as it came.
    package let eventIDText: String

    /// What the catalogue says of the event's type.
    package let entry: CatalogueEntry

    /// The entity's id.
    package let key: String

    /// When the change occurred.
    package let occurredAt: Timestamp

    /// The same as it came.
    package let occurredAtText: String

    /// When the snapshot was last changed, where it says so in RFC 3339.
    package let updatedAt: Timestamp?

    /// The hash of the body.
    package let bodyHash: BodyHash

    /// The event's type, such as `order.updated`.
    package var type: String { entry.type }

    /// The place of the event in the order of its entity's events.
    package var version: Version {
        Version(
            occurredAt: occurredAt, updatedAt: updatedAt, rank: entry.rank, eventID: eventID,
            bodyHash: bodyHash)
    }
}

/// What could be read of a body that is quarantined.
package struct ScannedParts: Sendable {
    /// The event's id, where it is a UUID that stands there once.
    package var eventID: EventID?

    /// The event's id as it came.
    package var eventIDText: String?

    /// The event's type, where it is one by its form.
    package var type: String?

    /// What the catalogue says of the type, where it has it.
    package var entry: CatalogueEntry?

    /// The entity's id, where the catalogue has the type and the id is usable.
    package var key: String?

    /// When the change occurred.
    package var occurredAt: Timestamp?

    /// The same as it came, where it is RFC 3339.
    package var occurredAtText: String?

    /// The hash of the body.
    package let bodyHash: BodyHash
}
