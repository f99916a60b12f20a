internal import Events
internal import JSON
internal import Projection
internal import SQLite

/// One entry of the lists: a field, and what an entity has there.
struct ListKey: Hashable, Comparable {
    /// The field's number.
    let field: Int64
    /// Half of the hash of the field's text; of the time of the last change its seconds.
    let value: Int64

    static func < (left: Self, right: Self) -> Bool {
        (left.field, left.value) < (right.field, right.value)
    }

    /// The value that stands for a field's text.
    static func value(of text: [UInt8]) -> Int64 {
        Int64(bitPattern: BodyHash(hashing: text.span).low)
    }
}

/// The index that lists are read from, as the one that writes keeps it.
///
/// For each entity and each field that its lists may be filtered by, `lists` has the field's number,
/// half of the hash of its text, and the entity's row: an equal field is looked up, and rows come in
/// their order. The time of the last change is a field too, with the empty path. A match is a
/// candidate: the reader looks at the state.
///
/// `list_fields` has the fields. `next` is null once all entities are in the lists; till then it is
/// the row up to which they are, and `fill` goes on from there, so that opening a database of an
/// older version, or with another catalogue, costs nothing. A field that the catalogue lacks now
/// has -1 there and is removed in the same way.
final class ListIndex {
    /// A field of the entities of one name.
    struct Field {
        let number: Int64
        let entity: Int64
        /// Nil for the time of the last change.
        let path: FieldPath?
        /// The same as a text, empty for that.
        let name: String
        /// The row up to which entities are in the lists; nil for all.
        var next: Int64?
    }

    /// An entry that comes or goes.
    private struct Change: Comparable {
        let key: ListKey
        let row: Int64
        let isNew: Bool

        static func < (left: Self, right: Self) -> Bool {
            (left.key, left.row) < (right.key, right.row)
        }
    }

    /// Changes that wait for their turn while a generation is built: written in order, many at a
    /// time, they find each page once.
    private static let waitingChanges = 200_000
    /// What `next` is of a field that the catalogue does not have any more.
    static let gone: Int64 = -1

    private let connection: Connection
    private let texts = FieldText()
    private let insert: Statement
    private let delete: Statement
    private(set) var fields: [Int64: [Field]] = [:]
    private var changes: [Change] = []

    /// Reads the fields and adds those that the catalogue has got.
    init(
        _ connection: Connection, _ catalogue: Catalogue, _ names: inout NameTable
    ) throws(SQLiteError) {
        self.connection = connection
        insert = try connection.prepare("INSERT OR IGNORE INTO lists VALUES(?, ?, ?)")
        delete = try connection.prepare(
            "DELETE FROM lists WHERE field = ? AND value = ? AND entity = ?")
        var transaction = try connection.begin()
        var wanted: [Int64: [String]] = [:]
        for name in catalogue.entities {
            let paths = catalogue.filters(of: name).map(\.description)
            wanted[try names.intern(name)] = [""] + paths
        }
        try agree(on: wanted)
        try transaction.commit()
        try reload()
    }

    /// Reads the fields, also after a transaction was rolled back that had changed them.
    func reload() throws(SQLiteError) {
        fields = [:]
        for field in try Self.read(connection) where field.next != Self.gone {
            fields[field.entity, default: []].append(field)
        }
    }

    /// Brings `list_fields` to what the catalogue has.
    private func agree(on wanted: [Int64: [String]]) throws(SQLiteError) {
        var missing = wanted.mapValues(Set.init)
        let drop = try connection.prepare("UPDATE list_fields SET next = ? WHERE number = ?")
        for field in try Self.read(connection) where field.next != Self.gone {
            if missing[field.entity]?.remove(field.name) != nil { continue }
            try drop.bind(1, Self.gone)
            try drop.bind(2, field.number)
            try drop.run()
        }
        let add = try connection.prepare(
            """
            INSERT INTO list_fields(entity, path, next)
            VALUES(?, ?, CASE WHEN EXISTS(SELECT 1 FROM entities) THEN 0 END)
            """)
        for (entity, paths) in missing.sorted(by: { $0.key < $1.key }) {
            for path in paths.sorted() {
                try add.bind(1, entity)
                try add.bind(2, path)
                try add.run()
            }
        }
    }

    static func read(_ connection: Connection) throws(SQLiteError) -> [Field] {
        let query = try connection.prepare(
            "SELECT number, entity, path, next FROM list_fields ORDER BY number")
        var fields: [Field] = []
        while try query.step() {
            fields.append(
                Field(
                    number: query.integer(0), entity: query.integer(1),
                    path: JSONPath(query.text(2)).map { FieldPath($0) }, name: query.text(2),
                    next: query.isNull(3) ? nil : query.integer(3)))
        }
        return fields
    }

    /// What the lists have of an entity in this state.
    func keys(of entity: CachedEntity) -> [ListKey] {
        keys(of: entity.state, fields[entity.key.entity] ?? [])
    }

    private func keys(of encoded: [UInt8], _ fields: [Field]) -> [ListKey] {
        guard let state = EntityState(encoded: encoded), let newest = state.newest else {
            return []
        }
        return fields.compactMap { field in
            guard let path = field.path else {
                return ListKey(field: field.number, value: newest.occurredAt.seconds)
            }
            return texts.text(at: path, in: state).map {
                ListKey(field: field.number, value: ListKey.value(of: $0))
            }
        }
    }

    /// Notes what is to change for an entity whose state has.
    func change(_ entity: CachedEntity, _ row: Int64) {
        let new = keys(of: entity)
        let old = entity.listed ?? []
        for key in old where !new.contains(key) {
            changes.append(Change(key: key, row: row, isNew: false))
        }
        for key in new where !old.contains(key) {
            changes.append(Change(key: key, row: row, isNew: true))
        }
        entity.listed = new
        entity.isRelisted = false
    }

    /// Writes what was noted, in order; of the same entry what was noted last counts last.
    func flush() throws(SQLiteError) {
        guard !changes.isEmpty else { return }
        // A stable sort keeps the order of an entry's changes.
        changes.sort()
        for change in changes {
            let statement = change.isNew ? insert : delete
            try statement.bind(1, change.key.field)
            try statement.bind(2, change.key.value)
            try statement.bind(3, change.row)
            try statement.run()
        }
        changes.removeAll(keepingCapacity: changes.count <= Self.waitingChanges)
    }

    /// Writes what was noted once that is enough.
    func flushIfFull() throws(SQLiteError) {
        if changes.count >= Self.waitingChanges { try flush() }
    }

    /// Forgets what was noted, after a transaction was rolled back.
    func forgetChanges() {
        changes.removeAll()
    }
}

// Entities that were there before their field.
extension ListIndex {
    /// Rows that one step enters, or entries that it removes.
    private static let stepRows = 500

    /// How many rows are in the lists, where not all are; nil once all are and nothing is to go.
    var filled: Int64? { fields.values.flatMap(\.self).compactMap(\.next).min() }

    /// Enters the next entities, within an open transaction; false once all are there.
    func fill() throws(SQLiteError) -> Bool {
        if try removeGone() { return true }
        guard let start = filled else { return false }
        let query = try connection.prepare(
            "SELECT number, entity, state FROM entities WHERE number > ? ORDER BY number LIMIT ?")
        try query.bind(1, start)
        try query.bind(2, Self.stepRows)
        var end = start
        var count = 0
        while try query.step() {
            end = query.integer(0)
            count += 1
            let wanted = (fields[query.integer(1)] ?? []).filter {
                $0.next.map { $0 < end } ?? false
            }
            for key in keys(of: query.bytes(2), wanted) {
                changes.append(Change(key: key, row: end, isNew: true))
            }
        }
        try flush()
        try advance(to: count < Self.stepRows ? nil : end)
        return true
    }

    private func advance(to end: Int64?) throws(SQLiteError) {
        let update = try connection.prepare(
            "UPDATE list_fields SET next = ?1 WHERE next >= 0 AND (?1 IS NULL OR next < ?1)")
        if let end { try update.bind(1, end) }
        try update.run()
        for entity in fields.keys {
            for index in (fields[entity] ?? []).indices {
                guard let next = fields[entity]?[index].next else { continue }
                fields[entity]?[index].next = end.map { max($0, next) }
            }
        }
    }

    /// Removes some entries of fields that are gone; false where there are none.
    private func removeGone() throws(SQLiteError) -> Bool {
        let query = try connection.prepare("SELECT min(number) FROM list_fields WHERE next = -1")
        defer { query.reset() }
        guard try query.step(), !query.isNull(0) else { return false }
        let remove = try connection.prepare(
            """
            DELETE FROM lists WHERE field = ?1 AND (value, entity) IN
                (SELECT value, entity FROM lists WHERE field = ?1 LIMIT ?2)
            """)
        try remove.bind(1, query.integer(0))
        try remove.bind(2, Self.stepRows)
        try remove.run()
        guard connection.changes == 0 else { return true }
        let end = try connection.prepare("DELETE FROM list_fields WHERE number = ?")
        try end.bind(1, query.integer(0))
        try end.run()
        return true
    }
}

extension StateStore {
    /// How many rows of entities are in the lists, while not all of them are; nil once all are.
    package var listedRows: Int64? { lists.filled }

    /// Enters entities in the lists that were there before the lists' fields, a few hundred; false
    /// if there is nothing to do.
    ///
    /// Between two transactions; it takes one of its own.
    package func fillLists() throws(StoreError) -> Bool {
        precondition(!isInTransaction, "lists are filled between two transactions")
        do {
            var transaction = try connection.begin()
            let hasMore = try lists.fill()
            try transaction.commit()
            return hasMore
        } catch {
            rollBack()
            try? lists.reload()
            throw .database(error)
        }
    }
}
