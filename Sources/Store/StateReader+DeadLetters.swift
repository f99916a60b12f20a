internal import Events
package import Projection
internal import SQLite

extension StateReader {
    /// The dead letters with a number after `cursor` that are meant, in order, `limit` of them at
    /// most; without their values unless `values` is set.
    package func deadLetters(
        _ selection: DeadLetterSelection = DeadLetterSelection(), after cursor: Int64 = 0,
        limit: Int, values: Bool = true
    ) throws(StoreError) -> [DeadLetter] {
        do {
            return try DeadLetterRows(connection, selection, format: format()).read(
                after: cursor, limit: limit, values: values)
        } catch {
            throw .database(error)
        }
    }

    /// The dead letters that were set aside and that are meant, by their position; `limit` of them
    /// at most.
    ///
    /// They have no numbers any more.
    package func droppedLetters(
        _ selection: DeadLetterSelection = DeadLetterSelection(), limit: Int
    ) throws(StoreError) -> [DroppedLetter] {
        do {
            return try DeadLetterRows(connection, selection, format: format())
                .readDropped(limit: limit)
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
}

/// The rows of `dead_letters` that are meant.
struct DeadLetterRows {
    private let connection: Connection
    private let selection: DeadLetterSelection
    private let format: Int64

    init(
        _ connection: Connection, _ selection: DeadLetterSelection,
        format: Int64 = Int64(Schema.format)
    ) {
        self.connection = connection
        self.selection = selection
        self.format = format
    }

    func read(after cursor: Int64, limit: Int, values: Bool) throws(SQLiteError) -> [DeadLetter] {
        let topics = selection.topics.sorted()
        let query = try connection.prepare(
            """
            SELECT d.number, name, partition, "offset", reason, detail, seconds, key,
                \(values ? "value" : "NULL"), value_bytes,
                \(format < 3 ? "NULL, NULL, 1" : "time, hash, is_kept")
            FROM dead_letters d JOIN names n ON n.number = d.topic
            WHERE d.number > ? AND \(condition) ORDER BY d.number LIMIT ?
            """)
        try query.bind(1, cursor)
        for (index, topic) in topics.enumerated() { try query.bind(Int32(2 + index), topic) }
        try query.bind(Int32(2 + topics.count), limit)
        var found: [DeadLetter] = []
        while try query.step() { found.append(try letter(query)) }
        return found
    }

    /// What a row must fulfil; the topics are its parameters.
    private var condition: String {
        var parts = ["1"]
        func list(_ numbers: [String]) -> String { numbers.joined(separator: ", ") }
        if !selection.numbers.isEmpty {
            parts.append("d.number IN (\(list(selection.numbers.sorted().map(String.init))))")
        }
        if !selection.reasons.isEmpty {
            parts.append("reason IN (\(list(selection.reasons.map { String($0.rawValue) })))")
        }
        if !selection.topics.isEmpty {
            parts.append("name IN (\(list(selection.topics.map { _ in "?" })))")
        }
        // The time of a letter is whole seconds: a fraction excludes the second it lies in.
        if let since = selection.since {
            parts.append("seconds >= \(since.seconds + (since.nanoseconds > 0 ? 1 : 0))")
        }
        if let until = selection.until {
            parts.append("seconds < \(until.seconds + (until.nanoseconds > 0 ? 1 : 0))")
        }
        return parts.joined(separator: " AND ")
    }

    /// Those that were set aside, by their position.
    func readDropped(limit: Int) throws(SQLiteError) -> [DroppedLetter] {
        guard format >= 3 else { return [] }
        let topics = selection.topics.sorted()
        let query = try connection.prepare(
            """
            SELECT name, partition, "offset", hash, reason, why, seconds
            FROM dropped_letters d JOIN names n ON n.number = d.topic
            WHERE \(condition) ORDER BY name, partition, "offset" LIMIT ?
            """)
        for (index, topic) in topics.enumerated() { try query.bind(Int32(1 + index), topic) }
        try query.bind(Int32(1 + topics.count), limit)
        var found: [DroppedLetter] = []
        while try query.step() {
            found.append(
                DroppedLetter(
                    position: RecordPosition(
                        topic: query.text(0),
                        partition: Int32(truncatingIfNeeded: query.integer(1)),
                        offset: query.integer(2)),
                    hash: query.withBytes(3) { $0.count == 16 ? BodyHash(bytes: $0) : nil },
                    reason: try reason(query.integer(4), of: query.integer(2)),
                    why: query.text(5), time: Timestamp(seconds: query.integer(6))))
        }
        return found
    }

    private func reason(
        _ raw: Int64, of number: Int64
    ) throws(SQLiteError) -> DeadLetterReason {
        guard let reason = DeadLetterReason(rawValue: UInt8(truncatingIfNeeded: raw)) else {
            throw .damage("an unknown reason", "read dead letter \(number) in \(connection.path)")
        }
        return reason
    }

    private func letter(_ query: Statement) throws(SQLiteError) -> DeadLetter {
        DeadLetter(
            number: query.integer(0),
            position: RecordPosition(
                topic: query.text(1), partition: Int32(truncatingIfNeeded: query.integer(2)),
                offset: query.integer(3)),
            reason: try reason(query.integer(4), of: query.integer(0)), detail: query.text(5),
            time: Timestamp(seconds: query.integer(6)),
            timestamp: query.isNull(10) ? nil : query.integer(10),
            hash: query.withBytes(11) { $0.count == 16 ? BodyHash(bytes: $0) : nil },
            isKept: query.integer(12) != 0,
            key: query.isNull(7) ? nil : query.bytes(7),
            value: query.isNull(8) ? nil : query.bytes(8), valueBytes: Int(query.integer(9)))
    }

    static func counts(_ connection: Connection) throws(SQLiteError) -> [DeadLetterReason: Int] {
        let query = try connection.prepare(
            "SELECT reason, count(*) FROM dead_letters GROUP BY reason")
        var counts: [DeadLetterReason: Int] = [:]
        while try query.step() {
            let raw = UInt8(truncatingIfNeeded: query.integer(0))
            guard let reason = DeadLetterReason(rawValue: raw) else { continue }
            counts[reason] = Int(query.integer(1))
        }
        return counts
    }
}
