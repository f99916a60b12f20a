package import Events

/// Which records of the quarantine are meant: those that every filter lets through.
package struct RedriveSelection: Sendable {
    /// Only these reasons; all where empty.
    package var reasons: Set<QuarantineReason> = []
    /// Only these types; all where empty.
    package var types: Set<String> = []
    /// Only these records; all where empty.
    package var places: Set<QuarantinePlace> = []
    /// Received then or later.
    package var since: Timestamp?
    /// Received before then.
    package var until: Timestamp?
    /// Whether a second body for an eventId may be published too.
    package var takesConflicts = false

    /// Everything in the quarantine.
    package init() {}

    /// Whether the record is meant; one that was redriven or set aside never is.
    package func takes(_ record: QuarantinedRecord) -> Bool {
        guard record.isOpen,
            reasons.isEmpty || reasons.contains(where: { $0.rawValue == record.reason }),
            types.isEmpty || record.type.map(types.contains) == true,
            places.isEmpty || places.contains(record.place)
        else { return false }
        guard since != nil || until != nil else { return true }
        guard let received = record.receivedAt.flatMap({ Timestamp(rfc3339: $0) }) else {
            return false
        }
        return since.map { received >= $0 } != false && until.map { received < $0 } != false
    }
}
