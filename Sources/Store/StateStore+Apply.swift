package import Events
package import Projection
internal import SQLite

/// An event that is applied, without its fields.
package struct StoredEvent {
    /// What the catalogue says of its type.
    package let entry: CatalogueEntry
    /// The entity's id.
    package let id: String
    /// Its place in the order of the entity's events.
    package let version: Version
    /// Where it lies in Kafka.
    package let position: RecordPosition
    /// The catalogue's further fields for the history, as a JSON object; empty for none.
    package let further: [UInt8]

    /// Describes an event.
    package init(
        entry: CatalogueEntry, id: String, version: Version, position: RecordPosition,
        further: [UInt8] = []
    ) {
        self.entry = entry
        self.id = id
        self.version = version
        self.position = position
        self.further = further
    }
}

extension StateStore {
    /// Applies an event to its entity, writes it to the history, and says what became of it.
    ///
    /// `state` is the encoded state that the event alone gives; `won` is told the name of each
    /// field that the entity has from it now.
    package func apply(
        _ event: StoredEvent, _ state: Span<UInt8>, won: ((String) -> Void)? = nil
    ) throws(StoreError) -> Outcome {
        precondition(isInTransaction, "events are applied within a transaction")
        do {
            let numbers = try names.intern(event.entry)
            let type = numbers.type
            let entity = try entity(EntityKey(entity: numbers.entity, id: event.id))
            var outcome = Outcome.duplicate
            if try !isDuplicate(event.version, type, entity) {
                outcome = try fold(state, into: entity, won)
            }
            if entity.seen.isFull { try spill(entity) }
            entity.seen.add(event.version.bodyHash.low, history: nextHistory)
            mark(entity)
            try appendHistory(event, type, outcome)
            return outcome
        } catch {
            throw .database(error)
        }
    }

    private func fold(
        _ event: Span<UInt8>, into entity: CachedEntity, _ won: ((String) -> Void)?
    ) throws(SQLiteError) -> Outcome {
        let effect = merge.merge(event, into: entity.state.span, to: &merged, won: won)
        guard let effect else {
            throw .damage("its bytes are no state", "read the state of \(entity.key.id) in \(path)")
        }
        if entity.listed == nil { entity.listed = lists.keys(of: entity) }
        entity.isRelisted = true
        entity.state.removeAll(keepingCapacity: true)
        // Exactly: growing by itself it would take twice of what most entities need.
        if entity.state.capacity < merged.count { entity.state = [] }
        entity.state.reserveCapacity(merged.count)
        entity.state.append(contentsOf: merged)
        return effect.outcome
    }

    /// Remembers that an entity's row is to be written.
    private func mark(_ entity: CachedEntity) {
        if isBuilding {
            // It is written when the cache drops it.
            cache.settle(entity)
        } else if !entity.isDirty {
            dirty.append(entity)
        }
        entity.isDirty = true
    }

    /// The entity from memory, the database, or new.
    private func entity(_ key: EntityKey) throws(SQLiteError) -> CachedEntity {
        if let found = cache.find(key) { return found }
        let entity = try load(key) ?? CachedEntity(key)
        cache.insert(entity)
        return entity
    }

    private func load(_ key: EntityKey) throws(SQLiteError) -> CachedEntity? {
        let query = statements.findEntity
        try query.bind(1, key.entity)
        try query.bind(2, key.id)
        defer { query.reset() }
        guard try query.step() else { return nil }
        guard let seen = SeenEvents(query.bytes(2)) else {
            throw .damage("its bytes are no list", "read the events of \(key.id) in \(path)")
        }
        let entity = CachedEntity(key, number: query.integer(0))
        entity.spilled = query.integer(1)
        entity.seen = seen
        entity.state = query.bytes(3)
        return entity
    }

    /// Whether the entity's history has an event of the same type, id and body.
    ///
    /// Eight bytes of hash find the candidates; the history row decides.
    private func isDuplicate(
        _ version: Version, _ type: Int64, _ entity: CachedEntity
    ) throws(SQLiteError) -> Bool {
        let fingerprint = version.bodyHash.low
        var place = 0
        while let candidate = entity.seen.find(fingerprint, from: place) {
            if try isSame(candidate.history, version, type) { return true }
            place = candidate.place + 1
        }
        guard entity.spilled > 0, let number = entity.number else { return false }
        let query = statements.findOlder
        try query.bind(1, number)
        try query.bind(2, bits: fingerprint)
        defer { query.reset() }
        while try query.step() {
            if try isSame(query.integer(0), version, type) { return true }
        }
        return false
    }

    private func isSame(
        _ history: Int64, _ version: Version, _ type: Int64
    ) throws(SQLiteError) -> Bool {
        let query = statements.findHistory
        try query.bind(1, history)
        defer { query.reset() }
        guard try query.step(), let other = query.withBytes(1, { Version(encoded: $0) }) else {
            throw .damage("an event is missing", "read history row \(history) in \(path)")
        }
        return query.integer(0) == type && other.eventID == version.eventID
            && other.bodyHash == version.bodyHash
    }

    private func appendHistory(
        _ event: StoredEvent, _ type: Int64, _ outcome: Outcome
    ) throws(SQLiteError) {
        let insert = statements.insertHistory
        versionBytes.removeAll(keepingCapacity: true)
        event.version.encode(to: &versionBytes)
        try insert.bind(1, nextHistory)
        try insert.bind(2, type)
        try insert.bind(3, blob: versionBytes)
        try insert.bind(4, names.intern(topic: event.position.topic))
        try insert.bind(5, Int64(event.position.partition))
        try insert.bind(6, event.position.offset)
        try insert.bind(7, Int64(outcome.rawValue))
        if event.further.isEmpty {
            try insert.bindNull(8)
        } else {
            try insert.bind(8, blob: event.further)
        }
        try insert.run()
        nextHistory += 1
    }
}
