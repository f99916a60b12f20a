internal import Files
package import Projection
internal import SQLite

/// A read-only view of the live generation on a connection of its own, beside the writer.
///
/// For one thread. What belongs together is read inside `snapshot`.
package final class StateReader {
    /// The database's file.
    package let path: String
    let connection: Connection
    /// Keeps the generation from being removed.
    private var hold: (any File)?

    /// Opens the live generation of a folder, or the one of this name.
    ///
    /// It is not removed as long as it is open here; whether it is still the live one tells
    /// `StateFolder.currentDatabase`.
    package static func open(
        _ folder: StateFolder, generation name: String? = nil
    ) throws(StoreError) -> StateReader {
        let held: (generation: Generation, hold: any File)
        if let name {
            let generation = try folder.generation(named: name)
            guard let hold = try folder.hold(generation) else {
                throw .unknownGeneration(folder: folder.path, name: name, known: [])
            }
            held = (generation, hold)
        } else {
            held = try folder.holdCurrent()
        }
        let reader = try StateReader(path: held.generation.database)
        reader.hold = held.hold
        return reader
    }

    /// The format of the tables: a writer brings an older one to the present.
    func format() throws(SQLiteError) -> Int64 {
        let query = try connection.prepare("SELECT value FROM meta WHERE name = 'format'")
        defer { query.reset() }
        _ = try query.step()
        return query.integer(0)
    }

    /// Opens one database that exists.
    package init(path: String) throws(StoreError) {
        self.path = path
        do {
            connection = try Connection(path: path, mode: .readOnly)
        } catch {
            throw .database(error)
        }
        try Schema.checkFormat(connection)
    }

    /// Runs the closure over one state of the database, whatever is written meanwhile.
    package func snapshot<R>(_ body: () throws(StoreError) -> R) throws(StoreError) -> R {
        try snapshot({ $0 }, body)
    }

    /// The same for a closure with errors of its own; `wrap` makes one of the store's.
    package func snapshot<R, E: Error>(
        _ wrap: (StoreError) -> E, _ body: () throws(E) -> R
    ) throws(E) -> R {
        do {
            try connection.execute("BEGIN")
        } catch {
            throw wrap(.database(error))
        }
        // Ends a transaction that wrote nothing: nothing can be lost by a failure.
        defer { try? connection.execute("COMMIT") }
        return try body()
    }

    /// How far each partition has come.
    package func progress() throws(StoreError) -> [PartitionProgress] {
        do {
            return try ProgressRows.read(connection)
        } catch {
            throw .database(error)
        }
    }

    /// The names of the entities that there are, sorted.
    package func entities() throws(StoreError) -> [String] {
        do {
            let query = try connection.prepare(
                """
                SELECT name FROM names
                WHERE EXISTS(SELECT 1 FROM entities WHERE entity = names.number) ORDER BY name
                """)
            var names: [String] = []
            while try query.step() { names.append(query.text(0)) }
            return names
        } catch {
            throw .database(error)
        }
    }

    /// The state of one entity; nil where no event of it was applied.
    package func state(_ entity: String, _ id: String) throws(StoreError) -> EntityState? {
        do {
            let query = try connection.prepare(
                """
                SELECT state FROM entities
                WHERE entity = (SELECT number FROM names WHERE name = ?) AND id = ?
                """)
            try query.bind(1, entity)
            try query.bind(2, id)
            return try query.step() ? decode(query, 0, id) : nil
        } catch {
            throw .database(error)
        }
    }

    func decode(
        _ query: Statement, _ column: Int32, _ id: String
    ) throws(SQLiteError) -> EntityState {
        guard let state = EntityState(encoded: query.bytes(column)) else {
            throw .damage("its bytes are no state", "read the state of \(id) in \(path)")
        }
        return state
    }
}
