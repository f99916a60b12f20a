package import Events

/// One request that a sender would make.
package struct SimulatedRequest: Sendable {
    /// What is sent.
    package enum Kind: String, CaseIterable, Sendable {
        /// An event for the first time.
        case event
        /// The same event again.
        case retry
        /// A body that is cut short.
        case malformed
        /// An event of a type that no catalogue has.
        case unknownType
        /// An event without its key.
        case missingKey
        /// The id of an event that was sent, with another body.
        case conflict
    }

    /// What is sent.
    package let kind: Kind

    /// The event's type, as the body says.
    package let type: String

    /// The id of the order or licence.
    package let key: String

    /// The event's id.
    package let eventID: EventID

    /// When it occurred, as the body says.
    package let occurredAt: Timestamp

    /// The body.
    package let body: [UInt8]

    /// The same as something else, with another body where one is given.
    func becoming(_ kind: Kind, body: [UInt8]? = nil) -> SimulatedRequest {
        SimulatedRequest(
            kind: kind, type: type, key: key, eventID: eventID, occurredAt: occurredAt,
            body: body ?? self.body)
    }
}
