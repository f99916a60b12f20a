internal import Projection

/// An entity in memory, as its row has it or will have it.
final class CachedEntity {
    let key: EntityKey
    /// Its row's number; nil where there is no row yet.
    var number: Int64?
    /// Its encoded state.
    var state: [UInt8] = EntityState().encoded
    var seen = SeenEvents()
    /// How many of its events are in the table `older`.
    var spilled: Int64 = 0
    /// The number of the partition that its last event came from.
    var partition: Int32 = 0
    /// Whether it has changed since its row was written.
    var isDirty = false
    /// What the cache counts for it.
    fileprivate var cost = 0

    init(_ key: EntityKey, number: Int64? = nil) {
        self.key = key
        self.number = number
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
        return fixed + state.count + seen.bytes.count
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
/// Two tables: when the newer one holds half the bound, the older one is dropped and the newer
/// takes its place; what is found in the older moves to the newer. While a generation is built
/// there is only the newer one. Partitions are then read in the order of their numbers, so the
/// entities of lower ones go first, which are not used again, and each is written as seldom as can
/// be; where there are none, all go at once.
struct EntityCache {
    private let limit: Int
    private let isBuilding: Bool
    private var newer: [EntityKey: CachedEntity] = [:]
    private var older: [EntityKey: CachedEntity] = [:]
    private var newerBytes = 0
    private var highestPartition: Int32 = 0

    init(limit: Int, isBuilding: Bool = false) {
        self.limit = limit
        self.isBuilding = isBuilding
    }

    /// The entity, where it is in memory.
    mutating func find(_ key: EntityKey) -> CachedEntity? {
        if let found = newer[key] { return found }
        guard let found = older.removeValue(forKey: key) else { return nil }
        newer[key] = found
        newerBytes += found.cost
        return found
    }

    /// Takes an entity in; its bytes count once it is `settle`d.
    mutating func insert(_ entity: CachedEntity) {
        newer[entity.key] = entity
    }

    /// Counts an entity anew after a change.
    mutating func settle(_ entity: CachedEntity) {
        let cost = entity.estimate()
        newerBytes += cost - entity.cost
        entity.cost = cost
        highestPartition = max(highestPartition, entity.partition)
    }

    /// Drops what is over the bound, and gives it; never between a change and its transaction's
    /// end.
    @discardableResult
    mutating func trim() -> [CachedEntity] {
        if isBuilding { return newerBytes > limit ? dropDone() : [] }
        guard newerBytes > limit / 2 else { return [] }
        let dropped = Array(older.values)
        older = newer
        newer = [:]
        newerBytes = 0
        return dropped
    }

    private mutating func dropDone() -> [CachedEntity] {
        let done = newer.values.filter { $0.partition < highestPartition }
        guard done.isEmpty else {
            for entity in done {
                newer[entity.key] = nil
                newerBytes -= entity.cost
            }
            return done
        }
        defer {
            newer.removeAll(keepingCapacity: true)
            newerBytes = 0
        }
        return Array(newer.values)
    }

    /// The entities that have no row yet or an old one.
    var dirty: [CachedEntity] {
        newer.values.filter(\.isDirty) + older.values.filter(\.isDirty)
    }

    mutating func removeAll() {
        newer = [:]
        older = [:]
        newerBytes = 0
    }
}
