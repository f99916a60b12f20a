internal import Events
internal import SQLite

/// The tables of one generation.
///
/// - `names`: topics, types and names of entities, each once; the other tables have its number.
/// - `rules`: for each type that the state holds events of the digest of its merge rules.
/// - `entities`: a row an entity: its encoded state, and for each of its events (duplicates too)
///   eight bytes of the body's hash and the number of its history row, 16 bytes each; the oldest
///   of them move to `older` when there are many. So an event costs no index over the history:
///   an index over 100,000 entities had every page of it written anew by each batch.
/// - `history`: append only, in the order of arrival.
/// - `offsets`: the next offset of each partition, and the last record applied.
/// - `anchors`: for each partition an older record that was applied. Later than the others: a
///   database of format 2 may lack it until it is opened for writing.
/// - `gaps`: records that were passed over since they were not there any more.
/// - `requests`: what commands ask of the process that writes, see `StateRequest`.
enum Schema {
    static let format = 2

    /// Pages in the write-ahead log that make a commit carry it into the database.
    static let checkpointPages = 500
    /// The same while there is a backlog.
    static let backlogCheckpointPages = 16_000

    private static let tables = """
        CREATE TABLE meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;
        CREATE TABLE names(number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE rules(type INTEGER PRIMARY KEY, digest BLOB NOT NULL);
        CREATE TABLE entities(
            number INTEGER PRIMARY KEY, entity INTEGER NOT NULL, id TEXT NOT NULL,
            spilled INTEGER NOT NULL, seen BLOB NOT NULL, state BLOB NOT NULL);
        CREATE UNIQUE INDEX entities_by_id ON entities(entity, id);
        CREATE TABLE history(
            number INTEGER PRIMARY KEY, type INTEGER NOT NULL, version BLOB NOT NULL,
            topic INTEGER NOT NULL, partition INTEGER NOT NULL, "offset" INTEGER NOT NULL,
            outcome INTEGER NOT NULL, further BLOB);
        CREATE TABLE older(
            entity INTEGER NOT NULL, fingerprint INTEGER NOT NULL, history INTEGER NOT NULL,
            PRIMARY KEY(entity, fingerprint, history)) WITHOUT ROWID;
        CREATE TABLE offsets(
            topic INTEGER NOT NULL, partition INTEGER NOT NULL, next INTEGER NOT NULL,
            last INTEGER, event_id BLOB, hash BLOB, time INTEGER,
            PRIMARY KEY(topic, partition)) WITHOUT ROWID;
        CREATE TABLE dead_letters(
            number INTEGER PRIMARY KEY AUTOINCREMENT, topic INTEGER NOT NULL,
            partition INTEGER NOT NULL, "offset" INTEGER NOT NULL, reason INTEGER NOT NULL,
            detail TEXT NOT NULL, seconds INTEGER NOT NULL, key BLOB, value BLOB,
            value_bytes INTEGER NOT NULL);
        CREATE INDEX dead_letters_by_reason ON dead_letters(reason);
        CREATE TABLE gaps(
            number INTEGER PRIMARY KEY AUTOINCREMENT, topic INTEGER NOT NULL,
            partition INTEGER NOT NULL, first INTEGER NOT NULL, "end" INTEGER,
            reason TEXT NOT NULL, detail TEXT NOT NULL, seconds INTEGER NOT NULL);
        CREATE TABLE requests(
            number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, argument TEXT NOT NULL,
            expires INTEGER NOT NULL, stage INTEGER NOT NULL, answer TEXT);
        """

    private static let anchors = """
        CREATE TABLE IF NOT EXISTS anchors(
            topic INTEGER NOT NULL, partition INTEGER NOT NULL, "offset" INTEGER NOT NULL,
            hash BLOB, time INTEGER, PRIMARY KEY(topic, partition)) WITHOUT ROWID;
        """

    /// Settings of a connection that writes.
    ///
    /// WAL with synchronous NORMAL may lose the last transactions with the power, never tear one:
    /// the offsets are in the same transaction, so what is lost is read again from Kafka.
    private static let writerSettings = """
        PRAGMA page_size = 4096;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = NORMAL;
        PRAGMA wal_autocheckpoint = \(checkpointPages);
        PRAGMA journal_size_limit = 67108864;
        PRAGMA cache_size = -32768;
        PRAGMA temp_store = MEMORY;
        """

    /// The same for one that builds a generation, which is thrown away after a crash and synced at
    /// its end.
    private static let builderSettings = """
        PRAGMA page_size = 4096;
        PRAGMA journal_mode = OFF;
        PRAGMA synchronous = OFF;
        PRAGMA cache_size = -8192;
        PRAGMA temp_store = MEMORY;
        """

    /// Makes the connection ready to write, and the tables where there are none.
    static func prepare(
        _ connection: Connection, rules: MergeRules, isBuilding: Bool
    ) throws(StoreError) {
        do {
            try connection.execute(isBuilding ? builderSettings : writerSettings)
            var transaction = try connection.begin()
            if try isEmpty(connection) {
                try connection.execute(tables)
                let insert = try connection.prepare("INSERT INTO meta VALUES(?, ?)")
                try insert.bind(1, "format")
                try insert.bind(2, format)
                try insert.run()
            }
            try connection.execute(anchors)
            try transaction.commit()
        } catch {
            throw .database(error)
        }
        try checkFormat(connection)
        try check(rules, connection)
    }

    /// Checks that what the state holds was made by these rules; a type that is new has none yet.
    private static func check(
        _ rules: MergeRules, _ connection: Connection
    ) throws(StoreError) {
        var kept: [(type: String, digest: [UInt8])] = []
        do {
            let query = try connection.prepare(
                "SELECT name, digest FROM rules JOIN names ON number = type ORDER BY name")
            while try query.step() { kept.append((query.text(0), query.bytes(1))) }
        } catch {
            throw .database(error)
        }
        for (type, digest) in kept {
            guard let present = rules.digests[type] else {
                throw .typeGone(path: connection.path, type: type)
            }
            guard present.bytes == digest else {
                throw .rulesChanged(path: connection.path, type: type)
            }
        }
    }

    /// Checks that this program wrote the tables.
    static func checkFormat(_ connection: Connection) throws(StoreError) {
        let found = try value("format", connection) { Int($0.integer(0)) }
        guard found == format else {
            throw .format(path: connection.path, found: found ?? 0, known: format)
        }
    }

    private static func isEmpty(_ connection: Connection) throws(SQLiteError) -> Bool {
        let query = try connection.prepare("SELECT 1 FROM sqlite_schema LIMIT 1")
        defer { query.reset() }
        return try !query.step()
    }

    static func value<R>(
        _ name: String, _ connection: Connection, _ read: (Statement) -> R
    ) throws(StoreError) -> R? {
        do {
            let query = try connection.prepare("SELECT value FROM meta WHERE name = ?")
            try query.bind(1, name)
            defer { query.reset() }
            return try query.step() ? read(query) : nil
        } catch {
            throw .database(error)
        }
    }
}
