internal import SQLite

/// The events that a state has of one entity, duplicates too.
package struct KnownEvents: Sendable {
    /// The entity's id.
    package let id: String
    /// For each event the lower eight bytes of its body's hash, and its row in the history.
    package let events: [(fingerprint: UInt64, history: Int64)]
}

/// The events of every entity of one name, in the order of the ids' bytes, read row by row.
package final class KnownEventRows {
    private let path: String
    private let query: Statement
    private let older: Statement

    init(_ reader: StateReader, _ entity: String) throws(SQLiteError) {
        path = reader.path
        query = try reader.connection.prepare(
            """
            SELECT number, id, spilled, seen FROM entities
            WHERE entity = (SELECT number FROM names WHERE name = ?) ORDER BY id
            """)
        try query.bind(1, entity)
        older = try reader.connection.prepare(
            "SELECT fingerprint, history FROM older WHERE entity = ?")
    }

    /// The next entity; nil at the end.
    package func next() throws(StoreError) -> KnownEvents? {
        do {
            return try following()
        } catch {
            throw .database(error)
        }
    }

    private func following() throws(SQLiteError) -> KnownEvents? {
        guard try query.step() else { return nil }
        let id = query.text(1)
        guard let seen = SeenEvents(query.bytes(3)) else {
            throw .damage("its bytes are no list", "read the events of \(id) in \(path)")
        }
        var events = seen.entries
        if query.integer(2) != 0 {
            try older.bind(1, query.integer(0))
            while try older.step() { events.append((older.bits(0), older.integer(1))) }
            older.reset()
        }
        return KnownEvents(id: id, events: events)
    }
}

extension StateReader {
    /// The events of every entity of this name.
    package func knownEvents(of entity: String) throws(StoreError) -> KnownEventRows {
        do {
            return try KnownEventRows(self, entity)
        } catch {
            throw .database(error)
        }
    }

    /// The event in this row of the history.
    package func event(inRow number: Int64) throws(StoreError) -> HistoryEntry {
        do {
            guard let entry = try HistoryRows(self, [number]).following() else {
                preconditionFailure("a row that was named is read or missed")
            }
            return entry
        } catch {
            throw .database(error)
        }
    }
}
