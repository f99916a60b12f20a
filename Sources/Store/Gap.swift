package import Events
internal import SQLite

/// Records of a partition that were never applied and are no longer there.
package struct Gap: Hashable, Sendable {
    /// The topic's name.
    package let topic: String
    /// The partition's number.
    package let partition: Int32
    /// The first offset that is missing.
    package let first: Int64
    /// The offset after the last one; nil where nobody knows how far the partition went that is no
    /// more.
    package let end: Int64?
    /// What was found, in a word.
    package let reason: String
    /// The same in a sentence.
    package let detail: String
    /// When it was noticed.
    package let time: Timestamp

    /// Describes a gap.
    package init(
        topic: String, partition: Int32, first: Int64, end: Int64?, reason: String,
        detail: String, time: Timestamp
    ) {
        self.topic = topic
        self.partition = partition
        self.first = first
        self.end = end
        self.reason = reason
        self.detail = detail
        self.time = time
    }

    /// The reason of `before`.
    static let before = "before"

    /// What a partition no longer had when it was read for the first time.
    package static func before(
        _ end: Int64, topic: String, partition: Int32, time: Timestamp = .now()
    ) -> Gap {
        Gap(
            topic: topic, partition: partition, first: 0, end: end, reason: before,
            detail: "the partition began at offset \(end) when it was read for the first time",
            time: time)
    }

    /// Whether the state missed it: it was there, or should have been, when the state was to read
    /// it.
    package var wasMissed: Bool { reason != Self.before }
}

extension StateStore {
    /// How many gaps are kept, the newest.
    private static let keptGaps = 10_000

    /// Records a gap that is skipped, and where reading continues; nil for a partition that no
    /// longer exists.
    package func passOver(
        _ gap: Gap, to progress: PartitionProgress?
    ) throws(StoreError) {
        try note(gap)
        do {
            let topic = try names.intern(gap.topic)
            for table in ["offsets", "anchors"] {
                let forget = try connection.prepare(
                    "DELETE FROM \(table) WHERE topic = ? AND partition = ?")
                try forget.bind(1, topic)
                try forget.bind(2, Int64(gap.partition))
                try forget.run()
            }
            anchors[AnchorRows.Key(topic: topic, partition: gap.partition)] = nil
        } catch {
            throw .database(error)
        }
        if let progress { try advance(progress) }
    }

    /// Records a gap.
    package func note(_ gap: Gap) throws(StoreError) {
        precondition(isInTransaction, "a gap is recorded within a transaction")
        do {
            let topic = try names.intern(gap.topic)
            let insert = try connection.prepare(
                """
                INSERT INTO gaps(topic, partition, first, "end", reason, detail, seconds)
                VALUES(?, ?, ?, ?, ?, ?, ?)
                """)
            try insert.bind(1, topic)
            try insert.bind(2, Int64(gap.partition))
            try insert.bind(3, gap.first)
            if let end = gap.end { try insert.bind(4, end) }
            try insert.bind(5, gap.reason)
            try insert.bind(6, gap.detail)
            try insert.bind(7, gap.time.seconds)
            try insert.run()
            try connection.execute(
                "DELETE FROM gaps WHERE number <= last_insert_rowid() - \(Self.keptGaps)")
        } catch {
            throw .database(error)
        }
    }
}

extension StateReader {
    /// The gaps of the state, the oldest first.
    package func gaps() throws(StoreError) -> [Gap] {
        do {
            return try GapRows.read(connection)
        } catch {
            throw .database(error)
        }
    }

    /// How many of them were missed.
    package func gapCount() throws(StoreError) -> Int {
        do {
            return try GapRows.count(connection)
        } catch {
            throw .database(error)
        }
    }
}

extension StateStore {
    /// The gaps of the state, the oldest first.
    package func gaps() throws(StoreError) -> [Gap] {
        do {
            return try GapRows.read(connection)
        } catch {
            throw .database(error)
        }
    }

    /// How many of them were missed.
    package func gapCount() throws(StoreError) -> Int {
        do {
            return try GapRows.count(connection)
        } catch {
            throw .database(error)
        }
    }
}

/// The rows of `gaps`.
enum GapRows {
    static func count(_ connection: Connection) throws(SQLiteError) -> Int {
        let query = try connection.prepare(
            "SELECT count(*) FROM gaps WHERE reason != '\(Gap.before)'")
        defer { query.reset() }
        _ = try query.step()
        return Int(query.integer(0))
    }

    static func read(_ connection: Connection) throws(SQLiteError) -> [Gap] {
        let query = try connection.prepare(
            """
            SELECT name, partition, first, "end", reason, detail, seconds
            FROM gaps g JOIN names n ON n.number = g.topic ORDER BY g.number
            """)
        var rows: [Gap] = []
        while try query.step() {
            rows.append(
                Gap(
                    topic: query.text(0), partition: Int32(truncatingIfNeeded: query.integer(1)),
                    first: query.integer(2), end: query.isNull(3) ? nil : query.integer(3),
                    reason: query.text(4), detail: query.text(5),
                    time: Timestamp(seconds: query.integer(6))))
        }
        return rows
    }
}
