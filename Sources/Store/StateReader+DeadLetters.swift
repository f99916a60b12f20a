internal import Events
internal import Projection
internal import SQLite

extension StateReader {
    /// The dead letters with a number after `cursor`, in order, `limit` of them at most.
    package func deadLetters(
        after cursor: Int64 = 0, limit: Int
    ) throws(StoreError) -> [DeadLetter] {
        do {
            let query = try connection.prepare(
                """
                SELECT d.number, name, partition, "offset", reason, detail, seconds, key, value,
                    value_bytes
                FROM dead_letters d JOIN names n ON n.number = d.topic
                WHERE d.number > ? ORDER BY d.number LIMIT ?
                """)
            try query.bind(1, cursor)
            try query.bind(2, limit)
            var found: [DeadLetter] = []
            while try query.step() { found.append(try letter(query)) }
            return found
        } catch {
            throw .database(error)
        }
    }

    private func letter(_ query: Statement) throws(SQLiteError) -> DeadLetter {
        guard let reason = DeadLetterReason(rawValue: UInt8(truncatingIfNeeded: query.integer(4)))
        else {
            throw .damage("an unknown reason", "read dead letter \(query.integer(0)) in \(path)")
        }
        return DeadLetter(
            number: query.integer(0),
            position: RecordPosition(
                topic: query.text(1), partition: Int32(truncatingIfNeeded: query.integer(2)),
                offset: query.integer(3)),
            reason: reason, detail: query.text(5), time: Timestamp(seconds: query.integer(6)),
            key: query.isNull(7) ? nil : query.bytes(7),
            value: query.isNull(8) ? nil : query.bytes(8), valueBytes: Int(query.integer(9)))
    }
}
