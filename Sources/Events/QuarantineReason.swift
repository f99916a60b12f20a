/// Why something was taken but cannot be routed.
package enum QuarantineReason: String, CaseIterable, Sendable {
    /// No usable eventId, type, occurredAt or data.
    case envelope
    /// A type that the catalogue does not have.
    case type
    /// No usable key where the catalogue says that it is.
    case key
    /// A repeated member where one value must count.
    case ambiguous
    /// An occurredAt that is too far ahead.
    case future
    /// A number that the parser cannot hold.
    case number
    /// Nested deeper than 1,024.
    case depth
    /// Another body for the type and eventId of an accepted event.
    case conflict
    /// Kafka refuses the record as such.
    case refused

    /// One byte for the disk, never changed once given.
    package var code: UInt8 {
        switch self {
        case .envelope: 1
        case .type: 2
        case .key: 3
        case .ambiguous: 4
        case .future: 5
        case .number: 6
        case .depth: 7
        case .conflict: 8
        case .refused: 9
        }
    }

    /// The reason with this code.
    package init?(code: UInt8) {
        guard let reason = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = reason
    }
}
