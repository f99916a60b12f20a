internal import Events
package import Files
internal import Projection
internal import SQLite

/// The state being built: the one connection that writes, and the entities it used last.
///
/// Everything between `begin` and `commit` is one transaction: state, history, dead letters and
/// next offsets. Entities are folded in memory and written once at the commit. For one thread.
package final class StateStore {
    /// How many bytes of a dead letter's value are kept; Kafka has the rest.
    package static let deadLetterBytes = 65_536
    /// How many bytes of its key are kept: more than any entity's id has.
    package static let deadLetterKeyBytes = 1024

    /// The database's file.
    package let path: String
    let connection: Connection
    let statements: StoreStatements
    var names: NameTable
    var cache: EntityCache
    /// What lists are read from.
    let lists: ListIndex
    /// What the transaction must write.
    var dirty: [CachedEntity] = []
    var nextEntity: Int64
    var nextHistory: Int64
    var merge = StateMerge()
    /// What a merge gave; its memory is used again and again.
    var merged: [UInt8] = []
    /// An encoded version, likewise.
    var versionBytes: [UInt8] = []
    /// Whether this is a generation that nobody reads yet.
    var isBuilding: Bool
    /// The folder's, where this is the live generation.
    package internal(set) var lock: FileLock?
    /// Keeps the generation from being removed.
    var hold: (any File)?
    /// The anchors that the database has, so that only what moved is written.
    var anchors: [AnchorRows.Key: LastRecord] = [:]
    /// Bytes that dead letters keep, and how many may be.
    var letterBytes = 0
    let deadLettersLimit: Int
    private var storedLetterBytes = 0
    /// The rows of entities that were very large when they were last written here.
    private var largeRows: Set<Int64> = []
    /// Those that became so since `takeNewlyLarge`.
    private var newlyLarge: [LargeEntity] = []
    private var hasBacklog = false
    private var transaction: Transaction?

    /// Opens the live generation of a folder and locks the folder; makes both where there are none.
    ///
    /// The catalogue's merge rules must be those of the types that the state holds events of.
    /// `upgrading` is told the format of an older version before that is brought to this one's.
    package static func open(
        _ folder: StateFolder, _ settings: StoreSettings, upgrading: (Int) -> Void = { _ in }
    ) throws(StoreError) -> StateStore {
        let lock = try folder.lock()
        let (generation, isNew) = try folder.generationForWriting()
        let store = try open(generation, in: folder, settings, upgrading: upgrading)
        if isNew { try folder.install(generation) }
        store.lock = lock
        return store
    }

    /// Opens one database without a folder around it, such as `:memory:`.
    package convenience init(path: String, _ settings: StoreSettings) throws(StoreError) {
        try self.init(path: path, settings, isBuilding: false)
    }

    init(
        path: String, _ settings: StoreSettings, isBuilding: Bool,
        upgrading: (Int) -> Void = { _ in }
    ) throws(StoreError) {
        self.path = path
        self.isBuilding = isBuilding
        do {
            connection = try Connection(path: path)
        } catch {
            throw .database(error)
        }
        try Schema.prepare(
            connection, rules: settings.catalogue.mergeRules, isBuilding: isBuilding,
            upgrading: upgrading)
        do {
            statements = try StoreStatements(connection)
            names = try NameTable(connection)
            anchors = try AnchorRows.read(connection)
            lists = try ListIndex(connection, settings.catalogue, &names)
            nextEntity = try Self.next(in: "entities", connection)
            nextHistory = try Self.next(in: "history", connection)
        } catch {
            throw .database(error)
        }
        cache = EntityCache(limit: settings.cacheBytes)
        deadLettersLimit = settings.deadLettersBytes
        try readLetterBytes()
    }

    /// Sets whether there is much to do: then the log of writes grows to 64 MB before it goes into
    /// the database, which saves work and takes a third of a second; else to 4 MB, which nobody
    /// who waits for an event notices.
    package func expect(backlog: Bool) throws(StoreError) {
        guard backlog != hasBacklog else { return }
        do {
            try Schema.checkpoint(
                connection,
                afterBytes: backlog ? Schema.backlogCheckpointBytes : Schema.checkpointBytes)
        } catch {
            throw .database(error)
        }
        hasBacklog = backlog
    }

    /// Begins a transaction, or goes on with the one in which a generation is built.
    package func begin() throws(StoreError) {
        if isBuilding, isInTransaction { return }
        precondition(transaction == nil, "a transaction is open")
        do {
            transaction = try connection.begin()
        } catch {
            throw .database(error)
        }
    }

    /// Whether a transaction is open.
    package var isInTransaction: Bool { transaction != nil }

    /// Writes the entities that changed, and makes the transaction permanent.
    ///
    /// After an error nothing of it has happened. A generation that is built stays in one
    /// transaction until it is finished, and keeps its entities in memory while there is room.
    package func commit() throws(StoreError) {
        precondition(transaction != nil, "no transaction is open")
        if isBuilding { return try makeRoom() }
        do {
            dirty.sort { $0.isWritten(before: $1) }
            for entity in dirty { try write(entity) }
            try lists.flush()
            try writeLetterBytes()
            try transaction?.commit()
        } catch {
            rollBack()
            throw .database(error)
        }
        transaction = nil
        for entity in dirty {
            entity.isDirty = false
            cache.settle(entity)
        }
        dirty.removeAll(keepingCapacity: true)
        cache.trim()
    }

    private func readLetterBytes() throws(StoreError) {
        letterBytes = try Schema.value("dead_letter_bytes", connection) { Int($0.integer(0)) } ?? 0
        storedLetterBytes = letterBytes
    }

    private func writeLetterBytes() throws(SQLiteError) {
        guard letterBytes != storedLetterBytes else { return }
        let update = try connection.prepare("INSERT OR REPLACE INTO meta VALUES(?, ?)")
        try update.bind(1, "dead_letter_bytes")
        try update.bind(2, letterBytes)
        try update.run()
        storedLetterBytes = letterBytes
    }

    /// Writes the entities that were used longest ago, where there are too many in memory.
    private func makeRoom() throws(StoreError) {
        var dropped = cache.trim().filter(\.isDirty)
        dropped.sort { $0.isWritten(before: $1) }
        do {
            for entity in dropped { try write(entity) }
            try lists.flushIfFull()
        } catch {
            throw .database(error)
        }
    }

    /// Undoes everything since `begin`.
    package func rollBack() {
        transaction = nil
        dirty.removeAll()
        cache.removeAll()
        lists.forgetChanges()
        // Where these fail the next statement will, and says so.
        try? names.reload()
        anchors = (try? AnchorRows.read(connection)) ?? [:]
        try? readLetterBytes()
        nextEntity = (try? Self.next(in: "entities", connection)) ?? nextEntity
        nextHistory = (try? Self.next(in: "history", connection)) ?? nextHistory
    }

    private static func next(
        in table: String, _ connection: Connection
    ) throws(SQLiteError) -> Int64 {
        let query = try connection.prepare("SELECT coalesce(max(number), 0) + 1 FROM \(table)")
        defer { query.reset() }
        _ = try query.step()
        return query.integer(0)
    }

    private func write(_ entity: CachedEntity) throws(SQLiteError) {
        let isNew = !entity.hasRow
        let number = number(of: entity)
        let statement = isNew ? statements.insertEntity : statements.updateEntity
        try statement.bind(1, number)
        try statement.bind(2, entity.spilled)
        try statement.bind(3, blob: entity.seen.bytes)
        if isNew {
            try statement.bind(5, entity.key.entity)
            try statement.bind(6, entity.key.id)
        }
        let state = entity.state
        try statement.run(blob: state.span, at: 4)
        entity.hasRow = true
        if entity.isRelisted { lists.change(entity, number) }
        noteSize(of: entity, number)
    }

    private func noteSize(of entity: CachedEntity, _ number: Int64) {
        guard entity.state.count > LargeEntity.limit else {
            largeRows.remove(number)
            return
        }
        guard largeRows.insert(number).inserted else { return }
        newlyLarge.append(LargeEntity(id: entity.key.id, bytes: entity.state.count))
    }

    /// How many entities were very large when they were last written since the store was opened.
    package var largeEntities: Int { largeRows.count }

    /// The entities that have become very large since the last call.
    package func takeNewlyLarge() -> [LargeEntity] {
        defer { newlyLarge.removeAll() }
        return newlyLarge
    }

    /// The number of the entity's row, there or to come.
    private func number(of entity: CachedEntity) -> Int64 {
        if let number = entity.number { return number }
        defer { nextEntity += 1 }
        entity.number = nextEntity
        return nextEntity
    }

    /// Moves the list of an entity's events to tables of their own.
    func spill(_ entity: CachedEntity) throws(SQLiteError) {
        let number = number(of: entity)
        for entry in entity.seen.entries {
            let byHash = statements.insertOlder
            try byHash.bind(1, number)
            try byHash.bind(2, bits: entry.fingerprint)
            try byHash.bind(3, entry.history)
            try byHash.run()
            let inOrder = statements.insertOlderOrder
            try inOrder.bind(1, number)
            try inOrder.bind(2, entry.history)
            try inOrder.run()
        }
        entity.spilled += Int64(entity.seen.count)
        entity.seen.removeAll()
    }
}
