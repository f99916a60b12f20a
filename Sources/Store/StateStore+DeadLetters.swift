internal import Events
internal import JSON
package import Projection
internal import SQLite

// Records that cannot be applied: kept, looked at again, set aside.
extension StateStore {
    /// Keeps a dead letter under a number of its own; false if it was set aside before.
    ///
    /// Past `state.deadLettersBytes` of all letters nothing of its record: Kafka has it.
    @discardableResult
    package func keep(_ letter: DeadLetter) throws(StoreError) -> Bool {
        precondition(isInTransaction, "dead letters are kept within a transaction")
        do {
            if try isDropped(letter) { return false }
            let size = (letter.key?.count ?? 0) + (letter.value?.count ?? 0)
            let hasRoom = letter.isKept && letterBytes + size <= deadLettersLimit
            let insert = statements.insertDeadLetter
            try insert.bind(1, names.intern(letter.position.topic))
            try insert.bind(2, Int64(letter.position.partition))
            try insert.bind(3, letter.position.offset)
            try insert.bind(4, Int64(letter.reason.rawValue))
            try insert.bind(5, letter.detail)
            try insert.bind(6, letter.time.seconds)
            for index: Int32 in [7, 8, 10, 11] { try insert.bindNull(index) }
            if hasRoom, let key = letter.key { try insert.bind(7, blob: key) }
            if hasRoom, let value = letter.value { try insert.bind(8, blob: value) }
            try insert.bind(9, letter.valueBytes)
            if let time = letter.timestamp { try insert.bind(10, time) }
            if let hash = letter.hash { try insert.bind(11, blob: hash.bytes) }
            try insert.bind(12, hasRoom ? 1 : 0)
            try insert.run()
            if hasRoom { letterBytes += size }
            return true
        } catch {
            throw .database(error)
        }
    }

    private func isDropped(_ letter: DeadLetter) throws(SQLiteError) -> Bool {
        let query = statements.findDropped
        try query.bind(1, names.intern(letter.position.topic))
        try query.bind(2, Int64(letter.position.partition))
        try query.bind(3, letter.position.offset)
        try query.bind(4, blob: letter.hash?.bytes ?? [])
        defer { query.reset() }
        return try query.step()
    }

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
            try delete(letter: number)
        } catch {
            throw .database(error)
        }
    }

    private func delete(letter number: Int64) throws(SQLiteError) {
        let delete = statements.deleteDeadLetter
        try delete.bind(1, number)
        defer { delete.reset() }
        if try delete.step() {
            letterBytes -= Int(delete.integer(0))
            // The row is gone once the statement has ended.
            _ = try delete.step()
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

// Dead letters that are set aside.
extension StateStore {
    /// Sets aside the next dead letters that are meant, up to the one with the number `last`, for a
    /// reason; nil once there are none, else the number of the last one and how many they were.
    package func dropDeadLetters(
        _ selection: DeadLetterSelection, because why: String, after cursor: Int64,
        upTo last: Int64,
        limit: Int
    ) throws(StoreError) -> (cursor: Int64, count: Int)? {
        precondition(isInTransaction, "letters are set aside within a transaction")
        do {
            let rows = DeadLetterRows(connection, selection)
            let letters = try rows.read(after: cursor, limit: limit, values: false)
                .filter { $0.number <= last }
            guard let newest = letters.last else { return nil }
            let now = Timestamp.now()
            for letter in letters {
                try remember(letter, why, now)
                try delete(letter: letter.number)
            }
            return (newest.number, letters.count)
        } catch {
            throw .database(error)
        }
    }

    private func remember(
        _ letter: DeadLetter, _ why: String, _ now: Timestamp
    ) throws(SQLiteError) {
        var hash = letter.hash
        if hash == nil, letter.valueBytes > 0 {
            // A version that kept no hashes met it.
            var selection = DeadLetterSelection()
            selection.numbers = [letter.number]
            let whole = try DeadLetterRows(connection, selection).read(
                after: letter.number - 1, limit: 1, values: true)
            hash = whole.first?.value.map { BodyHash(hashing: $0.span) }
        }
        try insert(
            DroppedLetter(
                position: letter.position, hash: hash, reason: letter.reason, why: why, time: now))
    }

    private func insert(_ dropped: DroppedLetter) throws(SQLiteError) {
        let insert = statements.insertDropped
        try insert.bind(1, names.intern(dropped.position.topic))
        try insert.bind(2, Int64(dropped.position.partition))
        try insert.bind(3, dropped.position.offset)
        try insert.bind(4, blob: dropped.hash?.bytes ?? [])
        try insert.bind(5, Int64(dropped.reason.rawValue))
        try insert.bind(6, dropped.why)
        try insert.bind(7, dropped.time.seconds)
        try insert.run()
    }

    /// Takes over what another generation has set aside, and sets it aside here too.
    package func adoptDropped(from other: StateReader) throws(StoreError) {
        let dropped = try other.droppedLetters(limit: .max)
        guard !dropped.isEmpty else { return }
        if !isInTransaction { try begin() }
        do {
            for letter in dropped { try insert(letter) }
            let forget = try connection.prepare(
                """
                DELETE FROM dead_letters WHERE EXISTS(
                    SELECT 1 FROM dropped_letters d
                    WHERE d.topic = dead_letters.topic AND d.partition = dead_letters.partition
                        AND d."offset" = dead_letters."offset"
                        AND d.hash = coalesce(dead_letters.hash, x''))
                RETURNING coalesce(length(key), 0) + coalesce(length(value), 0)
                """)
            while try forget.step() { letterBytes -= Int(forget.integer(0)) }
        } catch {
            throw .database(error)
        }
        try commit()
    }

    /// How many records were set aside.
    package func droppedCount() throws(StoreError) -> Int {
        do {
            let query = try connection.prepare("SELECT count(*) FROM dropped_letters")
            defer { query.reset() }
            _ = try query.step()
            return Int(query.integer(0))
        } catch {
            throw .database(error)
        }
    }
}
