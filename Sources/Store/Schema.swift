internal import Events
internal import SQLite

/// The tables of one generation.
///
/// - `names`: topics, types and names of entities, each once; the other tables have its number.
/// - `rules`: for each type that the state holds events of the digest of its merge rules.
/// - `entities`: a row an entity: its encoded state, and for each of its events (duplicates too)
///   eight bytes of the body's hash and the number of its history row, 16 bytes each; the oldest
///   of them move to `older` and `older_order` when there are many: by the hash, and in the order
///   of arrival. So an event costs no index over the history: an index over 100,000 entities had
///   every page of it written anew by each batch.
/// - `history`: append only, in the order of arrival.
/// - `offsets`: the next offset of each partition, and the last record applied.
/// - `anchors`: for each partition an older record that was applied.
/// - `gaps`: records that were passed over since they were not there any more.
/// - `requests`: what commands ask of the process that writes, see `StateRequest`.
/// - `dead_letters`: records that could not be applied: whole, cut, or only where each lies.
/// - `dropped_letters`: those of them that an operator has set aside.
/// - `list_fields`, `lists`: the index that lists are read from, see `ListIndex`.
enum Schema {
    /// What this program writes.
    static let format = 3
    /// What it reads: a generation that nobody has opened for writing since may be older.
    static let readableFormats = 2...3

    /// Bytes of the write-ahead log that make a commit carry it into the database.
    static let checkpointBytes = 4 << 20
    /// The same while there is a backlog.
    static let backlogCheckpointBytes = 64 << 20

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

    /// From format 2 to 3; a new database takes it too, so that all of one format are alike.
    ///
    /// All of it costs next to nothing whatever the state holds. What takes time comes after it:
    /// `older_order` in the same transaction, the lists between the batches of `consume`.
    private static let third = """
        CREATE TABLE IF NOT EXISTS anchors(
            topic INTEGER NOT NULL, partition INTEGER NOT NULL, "offset" INTEGER NOT NULL,
            hash BLOB, time INTEGER, PRIMARY KEY(topic, partition)) WITHOUT ROWID;
        CREATE TABLE older_order(
            entity INTEGER NOT NULL, history INTEGER NOT NULL,
            PRIMARY KEY(entity, history)) WITHOUT ROWID;
        ALTER TABLE dead_letters ADD COLUMN hash BLOB;
        ALTER TABLE dead_letters ADD COLUMN time INTEGER;
        ALTER TABLE dead_letters ADD COLUMN is_kept INTEGER NOT NULL DEFAULT 1;
        CREATE TABLE dropped_letters(
            topic INTEGER NOT NULL, partition INTEGER NOT NULL, "offset" INTEGER NOT NULL,
            hash BLOB NOT NULL, reason INTEGER NOT NULL, why TEXT NOT NULL,
            seconds INTEGER NOT NULL, PRIMARY KEY(topic, partition, "offset", hash))
            WITHOUT ROWID;
        CREATE TABLE list_fields(
            number INTEGER PRIMARY KEY AUTOINCREMENT, entity INTEGER NOT NULL,
            path TEXT NOT NULL, next INTEGER);
        CREATE TABLE lists(
            field INTEGER NOT NULL, value INTEGER NOT NULL, entity INTEGER NOT NULL,
            PRIMARY KEY(field, value, entity)) WITHOUT ROWID;
        INSERT INTO meta SELECT 'dead_letter_bytes',
            coalesce(sum(coalesce(length(key), 0) + coalesce(length(value), 0)), 0)
            FROM dead_letters;
        INSERT OR REPLACE INTO meta VALUES('format', 3);
        """

    /// Settings of a connection that writes; a database keeps the page size that it was made with.
    ///
    /// WAL with synchronous NORMAL may lose the last transactions with the power, never tear one:
    /// the offsets are in the same transaction, so what is lost is read again from Kafka.
    private static let writerSettings = """
        PRAGMA page_size = 16384;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = NORMAL;
        PRAGMA journal_size_limit = 67108864;
        PRAGMA cache_size = -32768;
        PRAGMA temp_store = MEMORY;
        """

    /// The same for one that builds a generation, which is thrown away after a crash and synced at
    /// its end.
    private static let builderSettings = """
        PRAGMA page_size = 16384;
        PRAGMA journal_mode = OFF;
        PRAGMA synchronous = OFF;
        PRAGMA cache_size = -8192;
        PRAGMA temp_store = MEMORY;
        """

    /// Makes the connection ready to write, creates the tables if there are none, and brings those
    /// of an older version to this format.
    ///
    /// `upgrading` is told the older format before anything is changed: it may take a while. The
    /// change is one transaction, so it may be cut at any moment.
    static func prepare(
        _ connection: Connection, rules: MergeRules, isBuilding: Bool,
        upgrading: (Int) -> Void
    ) throws(StoreError) {
        do {
            try connection.execute(isBuilding ? builderSettings : writerSettings)
            if !isBuilding { try checkpoint(connection, afterBytes: checkpointBytes) }
            var transaction = try connection.begin()
            if try isEmpty(connection) {
                try connection.execute(tables)
                try connection.execute(third)
            }
            try transaction.commit()
        } catch {
            throw .database(error)
        }
        let found = try checkFormat(connection)
        if found < format {
            upgrading(found)
            do {
                var transaction = try connection.begin()
                try connection.execute(third)
                try orderOlder(connection)
                try transaction.commit()
            } catch {
                throw .database(error)
            }
        }
        try check(rules, connection)
    }

    /// Fills `older_order`, entity by entity, so that pages are found once and nothing is sorted in
    /// memory: about a second for every million events that their entities' rows do not hold.
    private static func orderOlder(_ connection: Connection) throws(SQLiteError) {
        let next = try connection.prepare("SELECT min(entity) FROM older WHERE entity > ?")
        let copy = try connection.prepare(
            """
            INSERT OR IGNORE INTO older_order
            SELECT entity, history FROM older WHERE entity = ?
            """)
        var entity: Int64 = 0
        while true {
            try next.bind(1, entity)
            guard try next.step(), !next.isNull(0) else { break }
            entity = next.integer(0)
            next.reset()
            try copy.bind(1, entity)
            try copy.run()
        }
        next.reset()
    }

    /// Sets how large the write-ahead log grows before a commit carries it into the database.
    static func checkpoint(
        _ connection: Connection, afterBytes bytes: Int
    ) throws(SQLiteError) {
        // SQLite counts pages, whose size is the database's.
        let query = try connection.prepare("PRAGMA page_size")
        _ = try query.step()
        let pages = max(1, Int64(bytes) / max(1, query.integer(0)))
        query.reset()
        try connection.execute("PRAGMA wal_autocheckpoint = \(pages)")
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

    /// The format of the tables; throws if this program does not know it.
    @discardableResult
    static func checkFormat(_ connection: Connection) throws(StoreError) -> Int {
        let found = try value("format", connection) { Int($0.integer(0)) } ?? 0
        guard readableFormats.contains(found) else {
            throw .format(path: connection.path, found: found, known: format)
        }
        return found
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
