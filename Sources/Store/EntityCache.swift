internal import Projection

/// An entity in memory, as its row has it or will have it.
final class CachedEntity {
    let key: EntityKey
    /// Its row's number; nil while it has none.
    var number: Int64?
    /// Whether the row is there.
    var hasRow: Bool
    /// Its encoded state.
    var state: [UInt8] = EntityState().encoded
    var seen = SeenEvents()
    /// How many of its events are in the table `older`.
    var spilled: Int64 = 0
    /// What the lists have of it; nil until it is needed.
    var listed: [ListKey]?
    /// Whether its state has changed since `listed` was found.
    var isRelisted = false
    /// Whether it has changed since its row was written.
    var isDirty = false
    /// What the cache counts for it.
    fileprivate var cost = 0
    /// Whether it was looked for since it was queued.
    fileprivate var isUsed = false

    init(_ key: EntityKey, number: Int64? = nil) {
        self.key = key
        self.number = number
        hasRow = number != nil
    }

    /// In which order rows are written: neighbours share pages, of the table and, where rows are
    /// new, of the index over the ids.
    func isWritten(before other: CachedEntity) -> Bool {
        switch (number, other.number) {
        case (let number?, let other?): number < other
        case (nil, nil): (key.entity, key.id) < (other.key.entity, other.key.id)
        case (let number, _): number != nil
        }
    }

    fileprivate func estimate() -> Int {
        let fixed = 400
        return fixed + state.count + seen.size
    }
}

/// An entity by the number of its name and its id's bytes.
///
/// Two strings are equal to Swift where they are canonically equivalent; two ids are not.
struct EntityKey: Hashable {
    let entity: Int64
    let id: String

    static func == (left: Self, right: Self) -> Bool {
        guard left.entity == right.entity, left.id == right.id else { return false }
        // Text that is ASCII has one form only.
        return left.id.utf8Span.isKnownASCII && right.id.utf8Span.isKnownASCII
            || left.id.utf8.elementsEqual(right.id.utf8)
    }

    // Equivalent strings hash alike, so equal ids do too.
    func hash(into hasher: inout Hasher) {
        hasher.combine(entity)
        hasher.combine(id)
    }
}

/// The entities used last, bounded by their estimated bytes.
///
/// They wait in a queue; what comes to its front is dropped, or goes to its back if it was used
/// meanwhile. So those that go together were used one after the other, and lie together on the
/// disk; and only a few hundred go at a time, for a small part of the bound.
struct EntityCache {
    /// One part in so many is made free at a time.
    private static let parts = 64

    private let limit: Int
    private var entities: [EntityKey: CachedEntity] = [:]
    /// A ring: the front at `front`, then `entities.count` in all.
    private var ring: [CachedEntity?] = Array(repeating: nil, count: 1024)
    private var front = 0
    private var bytes = 0

    init(limit: Int) {
        self.limit = limit
    }

    /// The entity, where it is in memory.
    mutating func find(_ key: EntityKey) -> CachedEntity? {
        guard let found = entities[key] else { return nil }
        found.isUsed = true
        return found
    }

    /// Takes in an entity that is not there; its bytes count once it is `settle`d.
    mutating func insert(_ entity: CachedEntity) {
        if entities.count == ring.count { grow() }
        ring[(front + entities.count) % ring.count] = entity
        entities[entity.key] = entity
    }

    private mutating func grow() {
        ring = Array(ring[front...] + ring[..<front]) + Array(repeating: nil, count: ring.count)
        front = 0
    }

    /// Counts an entity anew after a change.
    mutating func settle(_ entity: CachedEntity) {
        let cost = entity.estimate()
        bytes += cost - entity.cost
        entity.cost = cost
    }

    /// Drops what is over the bound, and gives it; never between a change and its transaction's
    /// end, unless what is given is written.
    @discardableResult
    mutating func trim() -> [CachedEntity] {
        guard bytes > limit else { return [] }
        var dropped: [CachedEntity] = []
        while bytes > limit - limit / Self.parts, let entity = popFront() {
            if entity.isUsed {
                entity.isUsed = false
                insert(entity)
            } else {
                bytes -= entity.cost
                dropped.append(entity)
            }
        }
        return dropped
    }

    private mutating func popFront() -> CachedEntity? {
        guard let entity = ring[front] else { return nil }
        ring[front] = nil
        front = (front + 1) % ring.count
        entities[entity.key] = nil
        return entity
    }

    /// The entities that have no row yet or an old one.
    var dirty: [CachedEntity] { entities.values.filter(\.isDirty) }

    mutating func removeAll() {
        self = EntityCache(limit: limit)
    }
}
