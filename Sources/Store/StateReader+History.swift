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
        do throws(SQLiteError) {
            let query = try connection.prepare(
                """
                SELECT h.number, type.name, version, topic.name, partition, "offset", outcome, further
                FROM history h JOIN names type ON type.number = h.type
                    JOIN names topic ON topic.number = h.topic
                WHERE h.number = ?
                """)
            var entries: [HistoryEntry] = []
            for number in try historyNumbers(entity, id) {
                try query.bind(1, number)
                guard try query.step(), let entry = Self.entry(query) else {
                    throw .damage(
                        "an event of \(id) is missing", "read history row \(number) in \(path)")
                }
                entries.append(entry)
                query.reset()
            }
            return entries
        } catch {
            throw .database(error)
        }
    }

    /// The rows of an entity's events: those in its own row and, of many, those in `older`.
    private func historyNumbers(_ entity: String, _ id: String) throws(SQLiteError) -> [Int64] {
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
        var numbers = seen.entries.map(\.history)
        let older = try connection.prepare("SELECT history FROM older WHERE entity = ?")
        try older.bind(1, query.integer(0))
        while try older.step() { numbers.append(older.integer(0)) }
        return numbers.sorted()
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
