package import Events
internal import JSON

/// What one event did to a state.
package struct Effect: Equatable, Sendable {
    /// How many of the event's fields the state now has from it.
    package var won = 0
    /// How many of them were older than what the state had.
    package var lost = 0
    /// Whether it set the floor.
    package var setFloor = false

    /// The outcome of an event that is no duplicate.
    package var outcome: Outcome {
        if lost == 0 { return .applied }
        return won > 0 || setFloor ? .partlyApplied : .stale
    }
}

/// The fields of one event on their way into a state.
package struct FieldChanges: ~Copyable {
    /// What the event did so far.
    package private(set) var effect = Effect()
    fileprivate var state: EntityState
    private let version: Version
    /// The version's place in the state's table, once a field has it.
    private var place: Int?
    /// Fields that the state did not have, in order of arrival.
    private var added: [EntityState.Field] = []

    fileprivate init(_ state: consuming EntityState, _ version: Version) {
        self.state = state
        self.version = version
    }

    /// Sets a field: its unescaped name, and its value as it came; false where the state's is newer.
    ///
    /// Of a field that comes twice in one event the last counts, since the version is the same.
    @discardableResult
    package mutating func set(_ name: Span<UInt8>, _ value: Span<UInt8>) -> Bool {
        if let floor = state.floor, version < floor {
            effect.lost += 1
            return false
        }
        if let found = state.find(name) {
            guard version >= state.versions[state.fields[found].version] else {
                effect.lost += 1
                return false
            }
            state.fields[found].value = state.keep(value)
            state.fields[found].version = versionPlace()
        } else {
            let field = EntityState.Field(
                name: state.keep(name), value: state.keep(value), version: versionPlace())
            added.append(field)
        }
        effect.won += 1
        return true
    }

    private mutating func versionPlace() -> Int {
        if let place { return place }
        let new = state.versions.count
        state.versions.append(version)
        place = new
        return new
    }

    fileprivate mutating func raiseFloor() {
        guard state.floor.map({ $0 < version }) ?? true else { return }
        state.floor = version
        state.dropBelowFloor()
        effect.setFloor = true
    }

    /// Brings the added fields in order among the others.
    fileprivate consuming func finish() -> (state: EntityState, effect: Effect) {
        if !added.isEmpty { state.insert(added) }
        return (state, effect)
    }
}

extension EntityState {
    /// Applies one event: `fields` sets each field of its snapshot, in the order of the snapshot.
    ///
    /// With `replacing` the snapshot is the whole entity: what is older than it is gone.
    package mutating func apply(
        _ version: Version, replacing: Bool, _ fields: (inout FieldChanges) -> Void
    ) -> Effect {
        var old = EntityState()
        swap(&old, &self)
        var changes = FieldChanges(old, version)
        if replacing { changes.raiseFloor() }
        fields(&changes)
        let (state, effect) = changes.finish()
        self = state
        return effect
    }

    /// Merges the state that other events of the same entity gave.
    package mutating func merge(_ other: EntityState) {
        floor =
            if let floor, let theirs = other.floor { max(floor, theirs) } else {
                floor ?? other.floor
            }
        var places: [Int: Int] = [:]
        var added: [Field] = []
        for field in other.fields {
            let version = other.versions[field.version]
            let name = other.bytes.span.extracting(field.name)
            let found = find(name)
            if let found, versions[fields[found].version] >= version { continue }
            let place = places[field.version] ?? versions.count
            if place == versions.count { versions.append(version) }
            places[field.version] = place
            let value = keep(other.bytes.span.extracting(field.value))
            if let found {
                fields[found].value = value
                fields[found].version = place
            } else {
                added.append(Field(name: keep(name), value: value, version: place))
            }
        }
        insert(added)
        dropBelowFloor()
    }

    /// Brings new fields in; of those with the same name the last stays.
    fileprivate mutating func insert(_ added: [Field]) {
        // Sorted as a whole: one by one, a body of many thousand fields would cost the square.
        fields += added
        let order = fields.indices.sorted { left, right in
            let difference = compare(
                fields[left], bytes.span.extracting(fields[right].name))
            return difference == 0 ? left < right : difference < 0
        }
        var sorted: [Field] = []
        sorted.reserveCapacity(order.count)
        for index in order {
            let field = fields[index]
            if let last = sorted.last, compare(last, bytes.span.extracting(field.name)) == 0 {
                sorted[sorted.count - 1] = field
            } else {
                sorted.append(field)
            }
        }
        fields = sorted
    }
}
