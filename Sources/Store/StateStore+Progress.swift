internal import Events
internal import SQLite

extension StateStore {
    /// How far each partition has come, in the order of topic and partition.
    package func progress() throws(StoreError) -> [PartitionProgress] {
        do {
            return try ProgressRows.read(connection).map(withAnchor)
        } catch {
            throw .database(error)
        }
    }

    private func withAnchor(_ row: PartitionProgress) -> PartitionProgress {
        let anchor = names.numbers[row.topic].flatMap {
            anchors[AnchorRows.Key(topic: $0, partition: row.partition)]
        }
        return PartitionProgress(
            topic: row.topic, partition: row.partition, next: row.next, last: row.last,
            anchor: anchor)
    }

    private func setAnchor(
        _ anchor: LastRecord?, _ topic: Int64, _ partition: Int32
    ) throws(SQLiteError) {
        let key = AnchorRows.Key(topic: topic, partition: partition)
        guard let anchor, anchors[key] != anchor else { return }
        let set = statements.setAnchor
        try set.bind(1, topic)
        try set.bind(2, Int64(partition))
        try set.bind(3, anchor.offset)
        for index: Int32 in 4...5 { try set.bindNull(index) }
        if let hash = anchor.hash { try set.bind(4, blob: hash.bytes) }
        if let time = anchor.timestamp { try set.bind(5, time) }
        try set.run()
        anchors[key] = anchor
    }

    /// Sets the offset to read next in a partition, the record that was applied last, and the
    /// anchor.
    ///
    /// Without a last record, or an anchor, the one before stays.
    package func advance(_ progress: PartitionProgress) throws(StoreError) {
        precondition(isInTransaction, "offsets are set within a transaction")
        do {
            let set = statements.setOffset
            let topic = try names.intern(progress.topic)
            try setAnchor(progress.anchor, topic, progress.partition)
            try set.bind(1, topic)
            try set.bind(2, Int64(progress.partition))
            try set.bind(3, progress.next)
            for index: Int32 in 4...7 { try set.bindNull(index) }
            if let last = progress.last {
                try set.bind(4, last.offset)
                if let id = last.eventID { try set.bind(5, blob: id.bytes) }
                if let hash = last.hash { try set.bind(6, blob: hash.bytes) }
                if let time = last.timestamp { try set.bind(7, time) }
            }
            try set.run()
        } catch {
            throw .database(error)
        }
    }
}

/// The rows of `offsets`.
enum ProgressRows {
    static func read(_ connection: Connection) throws(SQLiteError) -> [PartitionProgress] {
        let query = try connection.prepare(
            """
            SELECT name, partition, next, last, event_id, hash, time
            FROM offsets JOIN names ON number = topic ORDER BY name, partition
            """)
        var rows: [PartitionProgress] = []
        while try query.step() {
            rows.append(
                PartitionProgress(
                    topic: query.text(0), partition: Int32(truncatingIfNeeded: query.integer(1)),
                    next: query.integer(2), last: last(query)))
        }
        return rows
    }

    private static func last(_ query: Statement) -> LastRecord? {
        guard !query.isNull(3) else { return nil }
        let id = query.withBytes(4) { $0.count == 16 ? EventID(bytes: $0) : nil }
        let hash = query.withBytes(5) { $0.count == 16 ? BodyHash(bytes: $0) : nil }
        return LastRecord(
            offset: query.integer(3), eventID: id, hash: hash,
            timestamp: query.isNull(6) ? nil : query.integer(6))
    }
}

/// The rows of `anchors`.
enum AnchorRows {
    /// A partition, its topic by number.
    struct Key: Hashable {
        let topic: Int64
        let partition: Int32
    }

    static func read(_ connection: Connection) throws(SQLiteError) -> [Key: LastRecord] {
        let query = try connection.prepare(
            "SELECT topic, partition, \"offset\", hash, time FROM anchors")
        var rows: [Key: LastRecord] = [:]
        while try query.step() {
            let key = Key(
                topic: query.integer(0), partition: Int32(truncatingIfNeeded: query.integer(1)))
            let hash = query.withBytes(3) { $0.count == 16 ? BodyHash(bytes: $0) : nil }
            rows[key] = LastRecord(
                offset: query.integer(2), eventID: nil, hash: hash,
                timestamp: query.isNull(4) ? nil : query.integer(4))
        }
        return rows
    }
}
