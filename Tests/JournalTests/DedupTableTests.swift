import Testing

@testable import Journal

struct DedupTableTests {
    private func found(_ table: DedupTable, _ id: UInt64, from first: UInt64) -> Set<UInt64> {
        var found: Set<UInt64> = []
        table.forEach(id, from: first) {
            found.insert($0)
            return true
        }
        return found
    }

    @Test func `each entry of a crowded row is found while others go`() {
        // All ids have the same home, and run over the table's end.
        let first = DedupTable.span - 50
        let home: UInt64 = 1020
        var table = DedupTable()
        func id(_ sequence: UInt64) -> UInt64 { home | (sequence % 3) << 53 }
        for sequence in first..<first + 100 { table.insert(id(sequence), sequence) }
        var live = Set(first..<first + 100)
        var random = SplitMix(seed: 3)
        while let sequence = live.randomElement(using: &random) {
            table.remove(id(sequence), sequence, first: first, id: id)
            live.remove(sequence)
            let left = live.filter { id($0) == id(first) }
            #expect(found(table, id(first), from: first).isSuperset(of: left))
        }
        #expect(table.count == 0)
    }

    @Test func `it knows when it is full`() {
        var table = DedupTable(expecting: 700)
        let bytes = table.bytes
        for sequence in 0..<768 as Range<UInt64> { table.insert(sequence, sequence) }
        #expect(table.isFull)
        #expect(bytes == 4096)
    }
}
