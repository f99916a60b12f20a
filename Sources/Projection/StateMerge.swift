internal import Events
internal import JSON

/// What one event did to a state.
package struct Effect: Equatable, Sendable {
    /// How many of the event's fields the state now has from it.
    package internal(set) var won = 0
    /// How many of them were older than what the state had.
    package internal(set) var lost = 0
    /// Whether it set the floor.
    package internal(set) var setFloor = false

    /// The outcome of an event that is no duplicate.
    package var outcome: Outcome {
        if lost == 0 { return .applied }
        return won > 0 || setFloor ? .partlyApplied : .stale
    }
}

/// Merges encoded states, most often that of one event into that of its entity.
///
/// Of each field the value with the higher version stays, and none that lies below the higher
/// floor. Both are maxima, so merging is commutative, associative and idempotent: any order and
/// any repetition of the same events gives the same bytes.
///
/// One pass over both, which are sorted alike; it keeps its memory for the next merge.
package struct StateMerge {
    /// A field of the outcome: whose it is, and the rank of its version.
    private struct Pick {
        let isNew: Bool
        let field: StateLayout.Field
        let rank: Int
    }

    private var old = StateLayout()
    private var new = StateLayout()
    /// The versions of both in order, each once: whose, and its place there.
    private var versions: [(isNew: Bool, place: Int)] = []
    /// The place in `versions` of each version of the one and of the other.
    private var oldRanks: [Int] = []
    private var newRanks: [Int] = []
    private var picks: [Pick] = []
    /// For each of `versions` its place in the outcome; -1 where nothing has it.
    private var places: [Int] = []

    /// Ready to merge.
    package init() {}

    /// Puts the merge of `state` and `event` into `output`, in place of what is there, and says
    /// what it changed of `state`; nil where one of them is no state.
    ///
    /// `won` is told the name of each field that the outcome has from `event`.
    package mutating func merge(
        _ event: Span<UInt8>, into state: Span<UInt8>, to output: inout [UInt8],
        won: ((String) -> Void)? = nil
    ) -> Effect? {
        guard old.read(state), new.read(event) else { return nil }
        if replacesAll(event, state) {
            output.removeAll(keepingCapacity: true)
            output.append(copying: event)
            if let won {
                for field in new.fields { won(String(utf8: event.extracting(field.name))) }
            }
            return Effect(won: new.fields.count, setFloor: new.floor != nil)
        }
        rankVersions(state, event)
        let oldFloor = old.floor.map { oldRanks[$0] } ?? -1
        let newFloor = new.floor.map { newRanks[$0] } ?? -1
        let floor = max(oldFloor, newFloor)
        var effect = Effect()
        effect.setFloor = newFloor > oldFloor
        pickFields(state, event, floor, &effect, won)
        output.removeAll(keepingCapacity: true)
        output.reserveCapacity(state.count + event.count)
        write(state, event, floor, to: &output)
        return effect
    }

    /// Whether the event is newer than all there is and leaves nothing of it, as most do that come
    /// in order: then the state is what the event alone gives.
    private func replacesAll(_ event: Span<UInt8>, _ state: Span<UInt8>) -> Bool {
        guard new.versionCount == 1 else { return false }
        if old.versionCount > 0 {
            let newest = state.extracting(old.version(old.versionCount - 1))
            let version = event.extracting(new.version(0))
            guard newest.compare(with: version) < 0 else { return false }
        }
        if new.floor != nil { return true }
        return old.floor == nil && hasAllNames(event, state)
    }

    /// Whether the event has each field that the state has.
    private func hasAllNames(_ event: Span<UInt8>, _ state: Span<UInt8>) -> Bool {
        guard old.fields.count <= new.fields.count else { return false }
        var place = 0
        for field in old.fields {
            let name = state.extracting(field.name)
            while place < new.fields.count,
                !event.extracting(new.fields[place].name).elementsEqual(name)
            {
                place += 1
            }
            if place == new.fields.count { return false }
            place += 1
        }
        return true
    }

    private mutating func rankVersions(_ state: Span<UInt8>, _ event: Span<UInt8>) {
        versions.removeAll(keepingCapacity: true)
        oldRanks.removeAll(keepingCapacity: true)
        newRanks.removeAll(keepingCapacity: true)
        while oldRanks.count < old.versionCount || newRanks.count < new.versionCount {
            let difference: Int
            if oldRanks.count == old.versionCount {
                difference = 1
            } else if newRanks.count == new.versionCount {
                difference = -1
            } else {
                let version = event.extracting(new.version(newRanks.count))
                difference = state.extracting(old.version(oldRanks.count)).compare(with: version)
            }
            let rank = versions.count
            versions.append(
                difference <= 0 ? (false, oldRanks.count) : (true, newRanks.count))
            if difference <= 0 { oldRanks.append(rank) }
            if difference >= 0 { newRanks.append(rank) }
        }
    }

    private mutating func pickFields(
        _ state: Span<UInt8>, _ event: Span<UInt8>, _ floor: Int, _ effect: inout Effect,
        _ won: ((String) -> Void)?
    ) {
        picks.removeAll(keepingCapacity: true)
        var (oldPlace, newPlace) = (0, 0)
        while oldPlace < old.fields.count || newPlace < new.fields.count {
            let difference = compare(state, oldPlace, event, newPlace)
            var best: Pick?
            if difference <= 0 {
                let field = old.fields[oldPlace]
                best = Pick(isNew: false, field: field, rank: oldRanks[field.version])
                oldPlace += 1
            }
            if difference >= 0 {
                let field = new.fields[newPlace]
                let rank = newRanks[field.version]
                newPlace += 1
                if rank >= max(best?.rank ?? 0, floor) {
                    best = Pick(isNew: true, field: field, rank: rank)
                    effect.won += 1
                    won?(String(utf8: event.extracting(field.name)))
                } else {
                    effect.lost += 1
                }
            }
            if let best, best.rank >= floor { picks.append(best) }
        }
    }

    /// Which of two fields comes first; what is beyond the end of one comes after all of the other.
    private func compare(
        _ state: Span<UInt8>, _ oldPlace: Int, _ event: Span<UInt8>, _ newPlace: Int
    ) -> Int {
        if oldPlace == old.fields.count { return 1 }
        if newPlace == new.fields.count { return -1 }
        let name = event.extracting(new.fields[newPlace].name)
        return state.extracting(old.fields[oldPlace].name).compare(with: name)
    }

    private mutating func write(
        _ state: Span<UInt8>, _ event: Span<UInt8>, _ floor: Int, to output: inout [UInt8]
    ) {
        let used = placeVersions(floor)
        output.append(StateFormat.format)
        LEB128.append(used, to: &output)
        for rank in versions.indices where places[rank] >= 0 {
            let (isNew, place) = versions[rank]
            output.append(
                copying: isNew
                    ? event.extracting(new.version(place)) : state.extracting(old.version(place)))
        }
        LEB128.append(floor < 0 ? 0 : places[floor] + 1, to: &output)
        LEB128.append(picks.count, to: &output)
        for pick in picks {
            LEB128.append(pick.field.name.count, to: &output)
            LEB128.append(pick.field.value.count, to: &output)
            LEB128.append(places[pick.rank], to: &output)
        }
        writeContent(state, event, to: &output)
    }

    /// Gives the versions that are still used their places, and says how many there are.
    private mutating func placeVersions(_ floor: Int) -> Int {
        places.removeAll(keepingCapacity: true)
        places.append(contentsOf: repeatElement(-1, count: versions.count))
        if floor >= 0 { places[floor] = 0 }
        for pick in picks { places[pick.rank] = 0 }
        var used = 0
        for rank in places.indices where places[rank] >= 0 {
            places[rank] = used
            used += 1
        }
        return used
    }

    /// Names and values in order; what lies side by side is copied at once.
    private func writeContent(
        _ state: Span<UInt8>, _ event: Span<UInt8>, to output: inout [UInt8]
    ) {
        var run = 0..<0
        var isNew = false
        for pick in picks {
            let piece = pick.field.name.lowerBound..<pick.field.value.upperBound
            if pick.isNew == isNew, piece.lowerBound == run.upperBound {
                run = run.lowerBound..<piece.upperBound
            } else {
                output.append(copying: (isNew ? event : state).extracting(run))
                run = piece
                isNew = pick.isNew
            }
        }
        output.append(copying: (isNew ? event : state).extracting(run))
    }
}
