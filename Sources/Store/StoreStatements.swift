internal import SQLite

/// The statements that a batch uses, prepared once.
struct StoreStatements {
    let findEntity: Statement
    let insertEntity: Statement
    let updateEntity: Statement
    let insertHistory: Statement
    let findHistory: Statement
    let insertOlder: Statement
    let insertOlderOrder: Statement
    let findOlder: Statement
    let setOffset: Statement
    let setAnchor: Statement
    let insertDeadLetter: Statement
    let deleteDeadLetter: Statement
    let insertDropped: Statement
    let findDropped: Statement
    let findRequest: Statement

    init(_ connection: Connection) throws(SQLiteError) {
        findEntity = try connection.prepare(
            "SELECT number, spilled, seen, state FROM entities WHERE entity = ? AND id = ?")
        insertEntity = try connection.prepare(
            """
            INSERT INTO entities(number, spilled, seen, state, entity, id)
            VALUES(?, ?, ?, ?, ?, ?)
            """)
        updateEntity = try connection.prepare(
            "UPDATE entities SET spilled = ?2, seen = ?3, state = ?4 WHERE number = ?1")
        insertHistory = try connection.prepare(
            """
            INSERT INTO history(
                number, type, version, topic, partition, "offset", outcome, further)
            VALUES(?, ?, ?, ?, ?, ?, ?, ?)
            """)
        findHistory = try connection.prepare(
            "SELECT type, version FROM history WHERE number = ?")
        insertOlder = try connection.prepare("INSERT INTO older VALUES(?, ?, ?)")
        insertOlderOrder = try connection.prepare("INSERT INTO older_order VALUES(?, ?)")
        findOlder = try connection.prepare(
            "SELECT history FROM older WHERE entity = ? AND fingerprint = ?")
        setOffset = try connection.prepare(
            """
            INSERT INTO offsets(topic, partition, next, last, event_id, hash, time)
            VALUES(?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT(topic, partition) DO UPDATE SET next = excluded.next,
                last = coalesce(excluded.last, last),
                event_id = CASE WHEN excluded.last IS NULL THEN event_id
                    ELSE excluded.event_id END,
                hash = CASE WHEN excluded.last IS NULL THEN hash ELSE excluded.hash END,
                time = CASE WHEN excluded.last IS NULL THEN time ELSE excluded.time END
            """)
        setAnchor = try connection.prepare("INSERT OR REPLACE INTO anchors VALUES(?, ?, ?, ?, ?)")
        insertDeadLetter = try connection.prepare(
            """
            INSERT INTO dead_letters(
                topic, partition, "offset", reason, detail, seconds, key, value, value_bytes,
                time, hash, is_kept)
            VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        deleteDeadLetter = try connection.prepare(
            """
            DELETE FROM dead_letters WHERE number = ?
            RETURNING coalesce(length(key), 0) + coalesce(length(value), 0)
            """)
        insertDropped = try connection.prepare(
            "INSERT OR IGNORE INTO dropped_letters VALUES(?, ?, ?, ?, ?, ?, ?)")
        findDropped = try connection.prepare(
            """
            SELECT 1 FROM dropped_letters
            WHERE topic = ? AND partition = ? AND "offset" = ? AND hash = ?
            """)
        findRequest = try connection.prepare(
            """
            SELECT number, kind, argument, expires FROM requests
            WHERE stage = \(StateRequest.Stage.waiting.rawValue) ORDER BY number LIMIT 1
            """)
    }
}
