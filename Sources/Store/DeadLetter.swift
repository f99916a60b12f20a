package import Events
package import Projection

/// A record that could not be applied.
package struct DeadLetter: Sendable {
    /// Its number in this state.
    package let number: Int64
    /// Where it lies.
    package let position: RecordPosition
    /// Why it could not be applied.
    package let reason: DeadLetterReason
    /// The same in words.
    package let detail: String
    /// When it was met.
    package let time: Timestamp
    /// Its key; nil where it has none.
    package let key: [UInt8]?
    /// Its value, up to `StateStore.deadLetterBytes`; nil where it has none.
    package let value: [UInt8]?
    /// How long its value is in Kafka.
    package let valueBytes: Int
}
