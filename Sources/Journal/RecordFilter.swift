package import Events

/// Which records of a journal are meant: those that fit everything that is set.
package struct RecordFilter: Sendable {
    /// Sequences, both ends among them.
    package var sequences: ClosedRange<UInt64> = 1...UInt64.max
    /// Types; empty for every one.
    package var types: Set<String> = []
    /// Keys; empty for every one.
    package var keys: Set<String> = []
    /// Event ids, in any case; empty for every one.
    package var eventIDs: Set<String> = [] {
        didSet { ids = Set(eventIDs.map { EventID($0)?.description ?? $0 }) }
    }
    /// What became of them; empty for every one.
    package var kinds: Set<JournalEntry.Kind> = []
    /// Received at this moment or later.
    package var since: Timestamp?
    /// Received before this moment.
    package var until: Timestamp?

    private var ids: Set<String> = []

    /// Every record.
    package init() {}

    /// Whether the record is meant.
    package func takes(_ record: JournalRecord) -> Bool {
        let entry = record.entry
        return sequences.contains(record.sequence) && takes(entry.receivedAt)
            && (types.isEmpty || entry.type.map(types.contains) ?? false)
            && (keys.isEmpty || entry.key.map(keys.contains) ?? false)
            && (kinds.isEmpty || kinds.contains(entry.kind))
            && takesID(of: entry)
    }

    private func takes(_ moment: Timestamp) -> Bool {
        (since.map { moment >= $0 } ?? true) && (until.map { moment < $0 } ?? true)
    }

    private func takesID(of entry: JournalEntry) -> Bool {
        guard !ids.isEmpty else { return true }
        return (entry.eventID?.description ?? entry.eventIDText).map(ids.contains) ?? false
    }
}
