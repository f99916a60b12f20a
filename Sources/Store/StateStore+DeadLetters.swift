package import Projection
internal import SQLite

// Dead letters that are looked at again by the one that writes.
extension StateStore {
    /// The dead letters with a number after `cursor` that are meant, in order, `limit` of them at
    /// most.
    package func deadLetters(
        _ selection: DeadLetterSelection, after cursor: Int64, limit: Int
    ) throws(StoreError) -> [DeadLetter] {
        do {
            return try DeadLetterRows(connection, selection).read(
                after: cursor, limit: limit, values: true)
        } catch {
            throw .database(error)
        }
    }

    /// The number of the newest dead letter; 0 where there is none.
    package func lastDeadLetter() throws(StoreError) -> Int64 {
        do {
            let query = try connection.prepare("SELECT coalesce(max(number), 0) FROM dead_letters")
            defer { query.reset() }
            _ = try query.step()
            return query.integer(0)
        } catch {
            throw .database(error)
        }
    }

    /// How many dead letters there are for each reason.
    package func deadLetterCounts() throws(StoreError) -> [DeadLetterReason: Int] {
        do {
            return try DeadLetterRows.counts(connection)
        } catch {
            throw .database(error)
        }
    }

    /// Lets go of a dead letter whose event was applied in the same transaction.
    package func removeDeadLetter(_ number: Int64) throws(StoreError) {
        precondition(isInTransaction, "a letter goes with what was applied of it")
        do {
            let delete = try connection.prepare("DELETE FROM dead_letters WHERE number = ?")
            try delete.bind(1, number)
            try delete.run()
        } catch {
            throw .database(error)
        }
    }

    /// Writes down why a dead letter stays one.
    package func setReason(
        _ reason: DeadLetterReason, _ detail: String, of number: Int64
    ) throws(StoreError) {
        precondition(isInTransaction, "letters are changed within a transaction")
        do {
            let update = try connection.prepare(
                "UPDATE dead_letters SET reason = ?, detail = ? WHERE number = ?")
            try update.bind(1, Int64(reason.rawValue))
            try update.bind(2, detail)
            try update.bind(3, number)
            try update.run()
        } catch {
            throw .database(error)
        }
    }
}
