package import Events
internal import Projection
internal import SQLite

/// Which entities of a name a list is to have.
package struct ListSelection: Sendable {
    /// The entities' name.
    package let entity: String
    /// What fields must be: the path, names joined by dots, and the field's text.
    package let fields: [(path: String, text: [UInt8])]
    /// When the newest event must have occurred, or later; nil for any time.
    package let since: Timestamp?

    /// Names what is meant.
    package init(
        _ entity: String, fields: [(path: String, text: [UInt8])] = [], since: Timestamp? = nil
    ) {
        self.entity = entity
        self.fields = fields
        self.since = since
    }
}

/// Where a list ended; it also says in which order that list comes.
package enum ListPosition: Equatable, Sendable {
    /// In the order of the ids' bytes.
    case id(String)
    /// In the order in which the state got to know the entities, after this row.
    case row(Int64)
    /// In the order of the last change, after this second and row.
    case change(second: Int64, row: Int64)
}

/// The entities of a list, read row by row.
///
/// What comes is a candidate: its state says whether it is meant. The order depends on what the
/// lists can look up: by the last change if a time is asked for, else by row if a field is, else by
/// id. With a field that only few entities have, these few are looked through, whatever the time.
package final class ListRows {
    /// What comes next.
    package enum Step {
        /// A candidate.
        case entity(ListedEntity)
        /// An entry that was looked at, and is none.
        case passed
        /// The end of the list.
        case end
    }

    /// With no more than so many entities for a field, that field is looked up and not the time.
    private static let few: Int64 = 1000

    private enum Plan {
        case ids(EntityRows)
        case rows(RowSearch)
        case changes(Statement, has: Statement, fields: [ListKey])
    }

    private let reader: StateReader
    private let plan: Plan
    private let find: Statement
    /// Where it is; nil at the beginning.
    package private(set) var position: ListPosition?

    /// Nil if the lists cannot look up any more what the position is of.
    init?(
        _ reader: StateReader, _ selection: ListSelection, after position: ListPosition?
    ) throws(SQLiteError) {
        self.reader = reader
        self.position = position
        let index = try ListLookup(reader, selection)
        let connection = reader.connection
        find = try connection.prepare("SELECT id, state FROM entities WHERE number = ?")
        let order: ListPosition
        if let position { order = position } else { order = try index.order(few: Self.few) }
        switch order {
        case .id(let id): plan = .ids(try EntityRows(reader, selection.entity, after: id))
        case .row(let row):
            guard !index.keys.isEmpty else { return nil }
            plan = .rows(try RowSearch(connection, index.keys, after: row))
        case .change(let second, let row):
            guard let time = index.time else { return nil }
            let query = try connection.prepare(
                """
                SELECT value, entity FROM lists
                WHERE field = ?1 AND value >= ?2 AND (value > ?2 OR entity > ?3)
                ORDER BY value, entity
                """)
            try query.bind(1, time)
            try query.bind(2, second)
            try query.bind(3, row)
            let has = try connection.prepare(
                "SELECT 1 FROM lists WHERE field = ? AND value = ? AND entity = ?")
            plan = .changes(query, has: has, fields: index.keys)
        }
    }

    /// The next step.
    package func next() throws(StoreError) -> Step {
        do {
            switch plan {
            case .ids(let rows):
                guard let entity = try rows.following() else { return .end }
                position = .id(entity.id)
                return .entity(entity)
            case .rows(let search):
                switch try search.next() {
                case .end: return .end
                case .at(let row):
                    position = .row(row)
                    return .passed
                case .found(let row):
                    position = .row(row)
                    return try entity(row)
                }
            case .changes(let query, let has, let fields):
                guard try query.step() else { return .end }
                let row = query.integer(1)
                position = .change(second: query.integer(0), row: row)
                for field in fields where try !Self.has(row, field, has) { return .passed }
                return try entity(row)
            }
        } catch {
            throw .database(error)
        }
    }

    private func entity(_ row: Int64) throws(SQLiteError) -> Step {
        try find.bind(1, row)
        defer { find.reset() }
        guard try find.step() else {
            throw .damage("an entity is missing", "read row \(row) in \(reader.path)")
        }
        let id = find.text(0)
        return .entity(ListedEntity(id: id, state: try reader.decode(find, 1, id)))
    }

    private static func has(
        _ row: Int64, _ key: ListKey, _ has: Statement
    ) throws(SQLiteError) -> Bool {
        try has.bind(1, key.field)
        try has.bind(2, key.value)
        try has.bind(3, row)
        defer { has.reset() }
        return try has.step()
    }
}

/// What the lists can look up of a selection.
private struct ListLookup {
    /// The fields that are asked for and that the lists have.
    var keys: [ListKey] = []
    /// The field of the time of the last change, if the lists have it.
    var time: Int64?
    private let since: Timestamp?
    private let connection: Connection

    init(_ reader: StateReader, _ selection: ListSelection) throws(SQLiteError) {
        connection = reader.connection
        since = selection.since
        guard try reader.format() >= 3 else { return }
        let query = try connection.prepare(
            """
            SELECT path, f.number FROM list_fields f JOIN names n ON n.number = f.entity
            WHERE n.name = ? AND next IS NULL
            """)
        try query.bind(1, selection.entity)
        var numbers: [String: Int64] = [:]
        while try query.step() { numbers[query.text(0)] = query.integer(1) }
        time = numbers[""]
        for field in selection.fields {
            guard let number = numbers[field.path] else { continue }
            keys.append(ListKey(field: number, value: ListKey.value(of: field.text)))
        }
    }

    /// In which order such a list comes, at its beginning.
    func order(few: Int64) throws(SQLiteError) -> ListPosition {
        if let since, time != nil {
            for key in keys where try count(key, upTo: few + 1) <= few { return .row(0) }
            return .change(second: since.seconds, row: 0)
        }
        return keys.isEmpty ? .id("") : .row(0)
    }

    private func count(_ key: ListKey, upTo limit: Int64) throws(SQLiteError) -> Int64 {
        let query = try connection.prepare(
            """
            SELECT count(*) FROM
                (SELECT 1 FROM lists WHERE field = ? AND value = ? LIMIT ?)
            """)
        try query.bind(1, key.field)
        try query.bind(2, key.value)
        try query.bind(3, limit)
        defer { query.reset() }
        _ = try query.step()
        return query.integer(0)
    }
}

/// The rows that all of some fields have: each field in turn goes on to the row that another has
/// reached, so that the rarest one sets the pace.
private final class RowSearch {
    enum Step {
        case found(Int64)
        /// Not found yet, and no row up to this one has all fields.
        case at(Int64)
        case end
    }

    private let seek: Statement
    private let keys: [ListKey]
    private var row: Int64
    /// Fields, one after the other, that have the row after `row`.
    private var agreeing = 0
    private var turn = 0

    init(_ connection: Connection, _ keys: [ListKey], after row: Int64) throws(SQLiteError) {
        seek = try connection.prepare(
            "SELECT min(entity) FROM lists WHERE field = ? AND value = ? AND entity > ?")
        self.keys = keys
        self.row = row
    }

    func next() throws(SQLiteError) -> Step {
        let key = keys[turn]
        turn = (turn + 1) % keys.count
        try seek.bind(1, key.field)
        try seek.bind(2, key.value)
        try seek.bind(3, row)
        defer { seek.reset() }
        guard try seek.step(), !seek.isNull(0) else { return .end }
        let found = seek.integer(0)
        if found == row + 1 {
            agreeing += 1
        } else {
            agreeing = 1
            row = found - 1
        }
        guard agreeing == keys.count else { return .at(row) }
        agreeing = 0
        row = found
        return .found(found)
    }
}

extension StateReader {
    /// The candidates of a list, from after a position on; nil if the lists cannot go on from there
    /// any more, as after a change of the catalogue.
    package func list(
        _ selection: ListSelection, after position: ListPosition? = nil
    ) throws(StoreError) -> ListRows? {
        do {
            return try ListRows(self, selection, after: position)
        } catch {
            throw .database(error)
        }
    }
}
