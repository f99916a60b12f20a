/// What became of an event when it was applied, as of its arrival.
///
/// It depends on the order of arrival, so it is part of the history and of no digest. The raw
/// value is stored.
package enum Outcome: UInt8, CaseIterable, Sendable {
    /// All that the event says is in the state.
    case applied = 1
    /// Some of it is; the rest was older than what the state had.
    case partlyApplied = 2
    /// Nothing of it is: the state was newer in everything.
    case stale = 3
    /// The same type, eventId and body had been applied to the entity before.
    case duplicate = 4

    /// Its name in output and metrics.
    package var name: String {
        switch self {
        case .applied: "applied"
        case .partlyApplied: "partly_applied"
        case .stale: "stale"
        case .duplicate: "duplicate"
        }
    }
}
