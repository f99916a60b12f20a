package import Projection
package import Store

/// What an observer is told of each record, after its transaction.
package struct AppliedEvent: Sendable {
    /// The event's type; nil for a dead letter.
    package let type: String?
    /// The event's id as it came; nil for a dead letter.
    package let eventID: String?
    /// What the event is about, such as `order`; nil for a dead letter.
    package let entity: String?
    /// The entity's id; nil for a dead letter.
    package let id: String?
    /// What became of the event; nil for a dead letter.
    package let outcome: Outcome?
    /// Why the record could not be applied; nil for an event.
    package let deadLetter: DeadLetterReason?
    /// The fields that the state now has from it, in the order of their names.
    package let fields: [String]
    /// Where it lies in Kafka.
    package let position: RecordPosition
    /// How long its value is.
    package let bytes: Int
}
