/// Why a record cannot be applied; the raw value is stored.
package enum DeadLetterReason: UInt8, CaseIterable, Sendable {
    /// It has no value.
    case tombstone = 1
    /// Its value is no JSON.
    case json = 2
    /// Its value is JSON, but no event that can be applied: no envelope, an unknown type, no key.
    case envelope = 3
    /// Its type does not belong to the topic.
    case type = 4
    /// Its key is not the entity's id.
    case key = 5
    /// Its value is longer than any that is read.
    case size = 6
    /// Its event occurred long after the record was written.
    case future = 7

    /// The reason of a name.
    package init?(name: String) {
        guard let reason = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = reason
    }

    /// Its name in output and metrics.
    package var name: String {
        switch self {
        case .tombstone: "tombstone"
        case .json: "json"
        case .envelope: "envelope"
        case .type: "type"
        case .key: "key"
        case .size: "size"
        case .future: "future"
        }
    }
}
