internal import Events
package import Files
internal import SQLite

// A generation that is built beside the live one: without syncs, and with the entities in memory
// until there are too many. A crash leaves what nobody will read.
extension StateStore {
    /// Makes a new generation in a folder, to be filled and then finished.
    ///
    /// The caller holds the lock for replay.
    package static func build(
        in folder: StateFolder, _ settings: StoreSettings
    ) throws(StoreError) -> (store: StateStore, generation: Generation) {
        let generation = try folder.makeGeneration()
        guard let hold = try folder.hold(generation) else {
            throw .unknownGeneration(folder: folder.path, name: generation.name, known: [])
        }
        let store = try StateStore(
            path: generation.database, settings, isBuilding: true)
        store.hold = hold
        return (store, generation)
    }

    /// Says of what a generation is built, where that is not everything.
    package func setScope(_ scope: String) throws(StoreError) {
        do {
            let insert = try connection.prepare("INSERT INTO meta VALUES('scope', ?)")
            try insert.bind(1, scope)
            try insert.run()
        } catch {
            throw .database(error)
        }
    }

    /// Sets whether the generation may become the live one with less than that has.
    package func setAcceptsLoss(_ accepts: Bool) throws(StoreError) {
        do {
            let change = try connection.prepare(
                accepts
                    ? "INSERT OR REPLACE INTO meta VALUES('accepts_loss', 1)"
                    : "DELETE FROM meta WHERE name = 'accepts_loss'")
            try change.run()
        } catch {
            throw .database(error)
        }
    }

    /// Whether the generation may become the live one with less than that has.
    package func acceptsLoss() throws(StoreError) -> Bool {
        try Schema.value("accepts_loss", connection) { $0.integer(0) } == 1
    }

    /// Of what the generation is built; nil for everything.
    package func scope() throws(StoreError) -> String? {
        try Schema.value("scope", connection) { $0.text(0) }
    }

    /// Writes everything that is in memory and makes the generation durable: the end of building.
    ///
    /// The store is of no use any more.
    package func finish(
        _ generation: Generation, in folder: StateFolder
    ) throws(StoreError) {
        precondition(isBuilding, "only what is built is finished")
        if !isInTransaction { try begin() }
        isBuilding = false
        dirty = cache.dirty
        try commit()
        try folder.finish(generation)
    }

    /// Opens a finished generation to bring it up to date, or to make it the live one.
    package static func open(
        _ generation: Generation, in folder: StateFolder, _ settings: StoreSettings,
        upgrading: (Int) -> Void = { _ in }
    ) throws(StoreError) -> StateStore {
        guard let hold = try folder.hold(generation) else {
            throw .unknownGeneration(folder: folder.path, name: generation.name, known: [])
        }
        let store = try StateStore(
            path: generation.database, settings, isBuilding: false, upgrading: upgrading)
        store.hold = hold
        return store
    }

    /// Makes the generation that this store has open the live one of the folder, whose lock it
    /// takes over.
    package func install(
        _ generation: Generation, in folder: StateFolder, with lock: FileLock?
    ) throws(StoreError) {
        try folder.install(generation)
        self.lock = lock
    }
}
