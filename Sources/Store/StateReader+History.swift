package import Events
package import Projection
internal import SQLite

/// One event in the history of an entity.
package struct HistoryEntry: Sendable {
    /// Its number: the order of arrival over all entities.
    package let number: Int64
    /// Its type.
    package let type: String
    /// Its place in the order of the entity's events, with its id and its times.
    package let version: Version
    /// Where it lies in Kafka.
    package let position: RecordPosition
    /// What became of it on arrival.
    package let outcome: Outcome
    /// The catalogue's further fields, as a JSON object; nil for none.
    package let further: [UInt8]?
}

extension StateReader {
    /// The events of one entity in the order of arrival, duplicates too; empty for an unknown one.
    package func history(_ entity: String, _ id: String) throws(StoreError) -> [HistoryEntry] {
        let rows = try historyRows(entity, id)
        var entries: [HistoryEntry] = []
        while let entry = try rows.next() { entries.append(entry) }
        return entries
    }

    /// The same row by row, from after the row with this number on.
    package func historyRows(
        _ entity: String, _ id: String, after number: Int64 = 0
    ) throws(StoreError) -> HistoryRows {
        do {
            return try HistoryRows(
                self, try historyNumbers(entity, id).filter { $0 > number }[...])
        } catch {
            throw .database(error)
        }
    }

    /// The events that set the fields and the floor of an entity's state, in the order of arrival.
    ///
    /// Of an entity with many events only the rows of those are read, and of their duplicates.
    package func setters(
        of state: EntityState, _ entity: String, _ id: String
    ) throws(StoreError) -> [HistoryEntry] {
        var wanted: Set<Version> = []
        state.forEachField { _, _, version in wanted.insert(version) }
        if let floor = state.floor { wanted.insert(floor) }
        do {
            let fingerprints = Set(wanted.map(\.bodyHash.low))
            let numbers = try historyNumbers(entity, id, only: fingerprints)
            let rows = try HistoryRows(self, numbers[...])
            var found: [HistoryEntry] = []
            while let entry = try rows.following() {
                if wanted.contains(entry.version) { found.append(entry) }
            }
            return found
        } catch {
            throw .database(error)
        }
    }

    /// The rows of an entity's events: those in its own row and, of many, those in `older`; of
    /// bodies with these fingerprints only, where any are given.
    private func historyNumbers(
        _ entity: String, _ id: String, only fingerprints: Set<UInt64>? = nil
    ) throws(SQLiteError) -> [Int64] {
        let query = try connection.prepare(
            """
            SELECT number, seen FROM entities
            WHERE entity = (SELECT number FROM names WHERE name = ?) AND id = ?
            """)
        try query.bind(1, entity)
        try query.bind(2, id)
        guard try query.step() else { return [] }
        guard let seen = SeenEvents(query.bytes(1)) else {
            throw .damage("its bytes are no list", "read the events of \(id) in \(path)")
        }
        let entries = seen.entries.filter { fingerprints?.contains($0.fingerprint) ?? true }
        var numbers = entries.map(\.history)
        let older = try connection.prepare(
            "SELECT history FROM older WHERE entity = ?1 AND (?2 IS NULL OR fingerprint = ?2)")
        try older.bind(1, query.integer(0))
        for fingerprint in fingerprints.map({ $0.map(Optional.some) }) ?? [nil] {
            if let fingerprint { try older.bind(2, bits: fingerprint) }
            while try older.step() { numbers.append(older.integer(0)) }
            older.reset()
        }
        return numbers.sorted()
    }
}

/// Events of one entity in the order of arrival, read row by row.
package final class HistoryRows {
    private let reader: StateReader
    private let query: Statement
    private var numbers: ArraySlice<Int64>

    init(_ reader: StateReader, _ numbers: ArraySlice<Int64>) throws(SQLiteError) {
        self.reader = reader
        self.numbers = numbers
        query = try reader.connection.prepare(
            """
            SELECT h.number, type.name, version, topic.name, partition, "offset", outcome, further
            FROM history h JOIN names type ON type.number = h.type
                JOIN names topic ON topic.number = h.topic
            WHERE h.number = ?
            """)
    }

    /// Whether there is no further one.
    package var isAtEnd: Bool { numbers.isEmpty }

    /// The next event; nil at the end.
    package func next() throws(StoreError) -> HistoryEntry? {
        do {
            return try following()
        } catch {
            throw .database(error)
        }
    }

    func following() throws(SQLiteError) -> HistoryEntry? {
        guard let number = numbers.popFirst() else { return nil }
        try query.bind(1, number)
        defer { query.reset() }
        guard try query.step(), let entry = Self.entry(query) else {
            throw .damage(
                "an event is missing", "read history row \(number) in \(reader.path)")
        }
        return entry
    }

    private static func entry(_ query: Statement) -> HistoryEntry? {
        guard let version = query.withBytes(2, { Version(encoded: $0) }),
            let outcome = Outcome(rawValue: UInt8(truncatingIfNeeded: query.integer(6)))
        else { return nil }
        return HistoryEntry(
            number: query.integer(0), type: query.text(1), version: version,
            position: RecordPosition(
                topic: query.text(3), partition: Int32(truncatingIfNeeded: query.integer(4)),
                offset: query.integer(5)),
            outcome: outcome, further: query.isNull(7) ? nil : query.bytes(7))
    }
}
