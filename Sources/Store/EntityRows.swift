package import Projection
internal import SQLite

/// One entity of a list.
package struct ListedEntity: Sendable {
    /// Its id.
    package let id: String
    /// Its state.
    package let state: EntityState
}

/// The entities of one name in the order of their ids' bytes, read row by row.
package final class EntityRows {
    private let reader: StateReader
    private let query: Statement

    init(_ reader: StateReader, _ entity: String, after cursor: String?) throws(SQLiteError) {
        self.reader = reader
        query = try reader.connection.prepare(
            """
            SELECT id, state FROM entities
            WHERE entity = (SELECT number FROM names WHERE name = ?) AND id > ? ORDER BY id
            """)
        try query.bind(1, entity)
        // No id is empty, so all of them come after the empty one.
        try query.bind(2, cursor ?? "")
    }

    /// The next entity; nil at the end.
    package func next() throws(StoreError) -> ListedEntity? {
        do {
            return try following()
        } catch {
            throw .database(error)
        }
    }

    func following() throws(SQLiteError) -> ListedEntity? {
        guard try query.step() else { return nil }
        let id = query.text(0)
        return ListedEntity(id: id, state: try reader.decode(query, 1, id))
    }
}

extension StateReader {
    /// The entities of a name in the order of their ids' bytes, from after `cursor` on.
    package func rows(
        of entity: String, after cursor: String? = nil
    ) throws(StoreError) -> EntityRows {
        do {
            return try EntityRows(self, entity, after: cursor)
        } catch {
            throw .database(error)
        }
    }
}
