/// From an id to the sequences that have it: open addressing, four bytes a slot.
///
/// A slot holds the lowest 24 bits of a sequence and a tag of 8 bits of the id, so that hardly
/// any slot is looked at in vain; 0 is empty. Entries are looked up by the id alone, so that the
/// same id under another type is found as well. Removing moves the followers back: no slot is
/// ever lost to what was there.
struct DedupTable {
    /// The span of live sequences must stay below this.
    static let span: UInt64 = 1 << 24

    private var slots: [UInt32]
    private var mask: Int
    private(set) var count = 0

    /// A table that holds so many without growing.
    init(expecting count: Int = 0) {
        var capacity = 1024
        while capacity * 3 < count * 4 { capacity *= 2 }
        slots = Array(repeating: 0, count: capacity)
        mask = capacity - 1
    }

    /// Whether another entry needs a larger table.
    var isFull: Bool { count * 4 >= slots.count * 3 }

    /// How many bytes it takes.
    var bytes: Int { slots.count * 4 }

    @inline(__always)
    private static func word(_ id: UInt64, _ sequence: UInt64) -> UInt32 {
        let tag = max(1, UInt32(truncatingIfNeeded: id >> (DedupKey.idBits - 8)))
        return tag << 24 | UInt32(truncatingIfNeeded: sequence & (span - 1))
    }

    mutating func insert(_ id: UInt64, _ sequence: UInt64) {
        var slot = Int(truncatingIfNeeded: id) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = Self.word(id, sequence)
        count += 1
    }

    /// A table of all these entries, with room for so many.
    ///
    /// It is filled part by part: entry by entry each insertion would wait for memory.
    init(_ entries: DedupEntries, expecting count: Int) {
        self.init(expecting: count)
        let parts = min(Self.parts, max(1, slots.count / Self.partSlots))
        let shift = (slots.count / parts).trailingZeroBitCount
        for part in 0..<parts {
            entries.forEachID { id, sequence in
                guard (Int(truncatingIfNeeded: id) & mask) >> shift == part else { return }
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
        let tag = Self.word(id, 0)
        var slot = Int(truncatingIfNeeded: id) & mask
        while slots[slot] != 0 {
            if slots[slot] & 0xFF00_0000 == tag {
                guard body(Self.sequence(slots[slot], from: first)) else { return }
            }
            slot = (slot + 1) & mask
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
        let word = Self.word(id, sequence)
        var hole = Int(truncatingIfNeeded: id) & mask
        while slots[hole] != word {
            precondition(slots[hole] != 0, "every entry is in the table")
            hole = (hole + 1) & mask
        }
        var slot = hole
        while true {
            slot = (slot + 1) & mask
            guard slots[slot] != 0 else { break }
            let home = Int(truncatingIfNeeded: idOf(Self.sequence(slots[slot], from: first))) & mask
            // It may move into the hole unless its home lies behind the hole.
            if (slot - home) & mask >= (slot - hole) & mask {
                slots[hole] = slots[slot]
                hole = slot
            }
        }
        slots[hole] = 0
        count -= 1
    }
}
