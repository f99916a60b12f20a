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
            guard let row = try eventsRow(entity, id) else { return try HistoryRows(self, []) }
            return try HistoryRows(self, row.seen.entries.map(\.history), ofRow: row, after: number)
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
            guard let row = try eventsRow(entity, id) else { return [] }
            let rows = try HistoryRows(self, numbers(of: Set(wanted.map(\.bodyHash.low)), in: row))
            var found: [HistoryEntry] = []
            while let entry = try rows.following() {
                if wanted.contains(entry.version) { found.append(entry) }
            }
            return found
        } catch {
            throw .database(error)
        }
    }

    /// What an entity's row holds of its events; nil for an unknown entity.
    private func eventsRow(_ entity: String, _ id: String) throws(SQLiteError) -> EventsRow? {
        let query = try connection.prepare(
            """
            SELECT number, spilled, seen FROM entities
            WHERE entity = (SELECT number FROM names WHERE name = ?) AND id = ?
            """)
        try query.bind(1, entity)
        try query.bind(2, id)
        guard try query.step() else { return nil }
        guard let seen = SeenEvents(query.bytes(2)) else {
            throw .damage("its bytes are no list", "read the events of \(id) in \(path)")
        }
        return EventsRow(number: query.integer(0), hasOlder: query.integer(1) > 0, seen: seen)
    }

    /// The numbers of the events with these fingerprints, in the order of arrival.
    private func numbers(
        of fingerprints: Set<UInt64>, in row: EventsRow
    ) throws(SQLiteError) -> [Int64] {
        var numbers = row.seen.entries.filter { fingerprints.contains($0.fingerprint) }
            .map(\.history)
        guard row.hasOlder else { return numbers }
        let older = try connection.prepare(
            "SELECT history FROM older WHERE entity = ? AND fingerprint = ?")
        try older.bind(1, row.number)
        for fingerprint in fingerprints {
            try older.bind(2, bits: fingerprint)
            while try older.step() { numbers.append(older.integer(0)) }
            older.reset()
        }
        return numbers.sorted()
    }
}

/// What an entity's row holds of its events: the newest, and whether there are older ones.
struct EventsRow {
    let number: Int64
    let hasOlder: Bool
    let seen: SeenEvents
}

/// Events of one entity in the order of arrival, read row by row.
package final class HistoryRows {
    /// Numbers of older events that are read at a time.
    private static let page = 1000

    private let reader: StateReader
    private let query: Statement
    /// Gives the next older ones; nil once there is none.
    private var older: Statement?
    private var numbers: ArraySlice<Int64> = []
    /// Those that come after all older ones.
    private let newest: [Int64]
    private var last: Int64

    init(
        _ reader: StateReader, _ numbers: [Int64], ofRow row: EventsRow? = nil,
        after number: Int64 = 0
    ) throws(SQLiteError) {
        self.reader = reader
        newest = numbers
        last = number
        query = try reader.connection.prepare(
            """
            SELECT h.number, type.name, version, topic.name, partition, "offset", outcome, further
            FROM history h JOIN names type ON type.number = h.type
                JOIN names topic ON topic.number = h.topic
            WHERE h.number = ?
            """)
        if let row, row.hasOlder {
            // What no later version has opened for writing has them by their hashes only.
            let table = try reader.format() < 3 ? "older" : "older_order"
            let older = try reader.connection.prepare(
                """
                SELECT history FROM \(table) WHERE entity = ? AND history > ?
                ORDER BY history LIMIT \(Self.page)
                """)
            try older.bind(1, row.number)
            self.older = older
        }
        try readNumbers()
    }

    private func readNumbers() throws(SQLiteError) {
        guard numbers.isEmpty else { return }
        if let older {
            try older.bind(2, last)
            while try older.step() { numbers.append(older.integer(0)) }
            older.reset()
            if numbers.count < Self.page { self.older = nil }
        }
        if numbers.isEmpty { numbers = newest.filter { $0 > last }[...] }
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
        last = number
        try readNumbers()
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
