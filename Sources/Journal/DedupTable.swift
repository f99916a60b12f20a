/// From an id to the sequences that have it: open addressing, four bytes a slot.
///
/// A slot holds the lowest 24 bits of a sequence and a tag of 8 bits of the id, so that hardly
/// any slot is looked at in vain; 0 is empty. Entries are looked up by the id alone, so that the
/// same id under another type is found as well. Removing moves the followers back: no slot is
/// ever lost to what was there.
///
/// It is made once for all entries that it will ever hold, because growing would stop everybody.
/// Where an id belongs depends on an odd number that each table draws: the hashes have no seed,
/// and somebody could compute many ids that belong to one slot.
struct DedupTable {
    /// The span of live sequences must stay below this.
    static let span: UInt64 = 1 << 24
    private static let slotsPerEntry = 2

    /// The entries that it was made for.
    let entries: Int
    private var slots: [UInt32]
    private let factor = UInt64.random(in: .min ... .max) | 1
    private(set) var count = 0

    /// A table for so many entries.
    init(entries count: Int) {
        entries = max(count, 64)
        slots = Array(repeating: 0, count: entries * Self.slotsPerEntry)
    }

    /// Whether it takes no further entry; it does beyond those that it was made for.
    var isFull: Bool { count * 4 >= slots.count * 3 }

    /// Where the id belongs, and its tag.
    @inline(__always)
    private func place(_ id: UInt64) -> (home: Int, tag: UInt32) {
        let place = (id &* factor).multipliedFullWidth(by: UInt64(slots.count))
        return (Int(place.high), max(1, UInt32(truncatingIfNeeded: place.low >> 56)) << 24)
    }

    @inline(__always)
    private func next(_ slot: Int) -> Int { slot + 1 == slots.count ? 0 : slot + 1 }

    /// How far the slot lies behind the other.
    @inline(__always)
    private func distance(_ slot: Int, from other: Int) -> Int {
        slot >= other ? slot - other : slot - other + slots.count
    }

    mutating func insert(_ id: UInt64, _ sequence: UInt64) {
        var (slot, tag) = place(id)
        while slots[slot] != 0 { slot = next(slot) }
        slots[slot] = tag | UInt32(truncatingIfNeeded: sequence & (Self.span - 1))
        count += 1
    }

    /// Inserts all these entries part by part: entry by entry each would wait for memory.
    mutating func insert(all entries: DedupEntries) {
        let parts = min(Self.parts, max(1, slots.count / Self.partSlots))
        let partSlots = slots.count / parts + 1
        for part in 0..<parts {
            entries.forEachID { id, sequence in
                guard place(id).home / partSlots == part else { return }
                insert(id, sequence)
            }
        }
    }

    /// A part lies in the processor's cache.
    private static let partSlots = 1 << 18
    private static let parts = 16

    /// Calls the closure with each sequence that may have the id, until it answers false.
    @inline(__always)
    func forEach(_ id: UInt64, from first: UInt64, _ body: (UInt64) -> Bool) {
        var (slot, tag) = place(id)
        while slots[slot] != 0 {
            if slots[slot] & 0xFF00_0000 == tag {
                guard body(Self.sequence(slots[slot], from: first)) else { return }
            }
            slot = next(slot)
        }
    }

    /// The sequence at or after the first one with these lowest bits.
    @inline(__always)
    private static func sequence(_ word: UInt32, from first: UInt64) -> UInt64 {
        first + ((UInt64(word) &- first) & (span - 1))
    }

    /// Takes the entry out; `id` answers the id of any other entry.
    mutating func remove(
        _ id: UInt64, _ sequence: UInt64, first: UInt64, id idOf: (UInt64) -> UInt64
    ) {
        var (hole, tag) = place(id)
        let word = tag | UInt32(truncatingIfNeeded: sequence & (Self.span - 1))
        while slots[hole] != word {
            precondition(slots[hole] != 0, "every entry is in the table")
            hole = next(hole)
        }
        var slot = hole
        while true {
            slot = next(slot)
            guard slots[slot] != 0 else { break }
            let home = place(idOf(Self.sequence(slots[slot], from: first))).home
            // It may move into the hole unless its home lies behind the hole.
            if distance(slot, from: home) >= distance(slot, from: hole) {
                slots[hole] = slots[slot]
                hole = slot
            }
        }
        slots[hole] = 0
        count -= 1
    }
}
