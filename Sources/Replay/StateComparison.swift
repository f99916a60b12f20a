package import Events
internal import JSON
package import Projection
package import Store

/// A field that is not the same on both sides.
package struct FieldDifference: Equatable, Sendable {
    /// What one side has.
    package struct Side: Equatable, Sendable {
        /// The value as it came.
        package let value: [UInt8]
        /// The place of the event that set it in the order of the entity's events.
        package let version: Version
        /// That event, where the side's history has it.
        package internal(set) var setBy: HistoryEntry?

        /// Whether both are the same value, set by the same event.
        package static func == (left: Self, right: Self) -> Bool {
            left.value == right.value && left.version == right.version
        }
    }

    /// The field's name.
    package let name: String
    /// What the live state has; nil where it has no such field.
    package internal(set) var live: Side?
    /// What the rebuilt one has.
    package internal(set) var rebuilt: Side?
}

/// An entity that is not the same on both sides.
package struct EntityDifference: Equatable, Sendable {
    /// What it is, such as `order`.
    package let entity: String
    /// Its id.
    package let id: String
    /// Whether the live state has it.
    package let isInLive: Bool
    /// Whether the rebuilt one has it.
    package let isInRebuilt: Bool
    /// The fields that differ, by name.
    package internal(set) var fields: [FieldDifference]
}

/// Compares a rebuilt generation with the live state, entity by entity.
package struct StateComparison {
    /// What the rebuilt side is built of.
    package enum Scope: Sendable {
        /// All that the live one knows.
        case whole
        /// Some of it: topics that were named, or what occurred up to a time.
        ///
        /// Then the live state may know more, and newer values; what counts is what the rebuilt
        /// one knows better: a field that the live state lacks or has of an older event, or of
        /// the same event with another value.
        case part
    }

    private let live: StateReader
    private let rebuilt: StateReader
    private let scope: Scope

    /// Entities compared so far.
    package private(set) var entities = 0
    /// Entities that differ.
    package private(set) var different = 0
    /// Entities of which the live state knows something that the rebuilt one lacks, has of an older
    /// event, or has of the same event with another value.
    package private(set) var worse = 0

    /// Compares what two readers see; each is to be within a snapshot.
    package init(live: StateReader, rebuilt: StateReader, scope: Scope) {
        self.live = live
        self.rebuilt = rebuilt
        self.scope = scope
    }

    /// Compares everything, in the order of entity and id, and tells each difference.
    package mutating func run(
        _ tell: (EntityDifference) throws(StoreError) -> Void
    ) throws(StoreError) {
        for entity in Set(try live.entities() + rebuilt.entities()).sorted() {
            try compare(entity, tell)
        }
    }

    private mutating func compare(
        _ entity: String, _ tell: (EntityDifference) throws(StoreError) -> Void
    ) throws(StoreError) {
        let (left, right) = (try live.rows(of: entity), try rebuilt.rows(of: entity))
        var (old, new) = (try left.next(), try right.next())
        while old != nil || new != nil {
            let order = Self.order(old?.id, new?.id)
            entities += 1
            let difference = Self.difference(
                entity, live: order <= 0 ? old : nil, rebuilt: order >= 0 ? new : nil, scope)
            if var difference {
                different += 1
                if Self.isWorse(live: order <= 0 ? old : nil, rebuilt: order >= 0 ? new : nil) {
                    worse += 1
                }
                try name(&difference)
                try tell(difference)
            }
            if order <= 0 { old = try left.next() }
            if order >= 0 { new = try right.next() }
        }
    }

    /// Negative where only the left one comes next, 0 where both are the same id.
    private static func order(_ left: String?, _ right: String?) -> Int {
        guard let left else { return 1 }
        guard let right else { return -1 }
        if left.utf8.elementsEqual(right.utf8) { return 0 }
        return left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
    }

    private static func difference(
        _ entity: String, live: ListedEntity?, rebuilt: ListedEntity?, _ scope: Scope
    ) -> EntityDifference? {
        guard let id = live?.id ?? rebuilt?.id, live?.state != rebuilt?.state else { return nil }
        if scope == .part, rebuilt == nil { return nil }
        let fields = differences(
            live: live?.state ?? EntityState(), rebuilt: rebuilt?.state ?? EntityState(), scope)
        if fields.isEmpty, scope == .part, live != nil { return nil }
        return EntityDifference(
            entity: entity, id: id, isInLive: live != nil, isInRebuilt: rebuilt != nil,
            fields: fields)
    }

    /// Whether the live side knows something better: the rebuilt one is a part of it then.
    private static func isWorse(live: ListedEntity?, rebuilt: ListedEntity?) -> Bool {
        guard let live else { return false }
        guard let rebuilt else { return true }
        return !differences(live: rebuilt.state, rebuilt: live.state, .part).isEmpty
    }

    /// The fields in which two states differ, by name.
    package static func differences(
        live: EntityState, rebuilt: EntityState, _ scope: Scope
    ) -> [FieldDifference] {
        var fields: [String: FieldDifference] = [:]
        live.forEachField { name, value, version in
            let name = String(utf8: name)
            fields[name, default: FieldDifference(name: name)].live = .init(
                value: [UInt8](copying: value), version: version)
        }
        rebuilt.forEachField { name, value, version in
            let name = String(utf8: name)
            fields[name, default: FieldDifference(name: name)].rebuilt = .init(
                value: [UInt8](copying: value), version: version)
        }
        return fields.values.filter { differs($0, scope, floor: live.floor) }
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    private static func differs(
        _ field: FieldDifference, _ scope: Scope, floor: Version?
    ) -> Bool {
        guard scope == .part else { return field.live != field.rebuilt }
        guard let rebuilt = field.rebuilt else { return false }
        guard let live = field.live else {
            // What lies below the floor is gone for good.
            return floor.map { rebuilt.version >= $0 } ?? true
        }
        return rebuilt.version > live.version
            || rebuilt.version == live.version && rebuilt.value != live.value
    }

    /// Adds to each side the event that set it.
    private func name(_ difference: inout EntityDifference) throws(StoreError) {
        let old = try live.history(difference.entity, difference.id)
        let new = try rebuilt.history(difference.entity, difference.id)
        for index in difference.fields.indices {
            difference.fields[index].live?.findSetter(in: old)
            difference.fields[index].rebuilt?.findSetter(in: new)
        }
    }
}

extension FieldDifference {
    init(name: String) {
        self.name = name
    }
}

extension FieldDifference.Side {
    init(value: [UInt8], version: Version) {
        self.value = value
        self.version = version
    }

    mutating func findSetter(in history: [HistoryEntry]) {
        setBy = history.first { $0.version == version }
    }
}
