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
        // A few ids, so that rows are long and some run over the table's end.
        let first = DedupTable.span - 50
        var table = DedupTable(entries: 60)
        func id(_ sequence: UInt64) -> UInt64 { sequence % 3 << 53 | sequence % 7 }
        for sequence in first..<first + 100 { table.insert(id(sequence), sequence) }
        var live = Set(first..<first + 100)
        var random = SplitMix(seed: 3)
        while let sequence = live.randomElement(using: &random) {
            table.remove(id(sequence), sequence, first: first, id: id)
            live.remove(sequence)
            for one in first..<first + 21 {
                let left = live.filter { id($0) == id(one) }
                #expect(found(table, id(one), from: first).isSuperset(of: left))
            }
        }
        #expect(table.count == 0)
    }

    @Test func `it knows when it is full`() {
        var table = DedupTable(entries: 700)
        for sequence in 0..<701 as Range<UInt64> { table.insert(sequence, sequence) }
        #expect(!table.isFull)
        for sequence in 701..<1050 as Range<UInt64> { table.insert(sequence, sequence) }
        #expect(table.isFull)
    }

    @Test(arguments: [0, 20, 40, 51] as [UInt64])
    func `ids that differ in a few bits only do not share a row`(shift: UInt64) {
        var table = DedupTable(entries: 5000)
        for number in 0..<500 as Range<UInt64> { table.insert(number << shift, number) }
        var looks = 0
        for number in 0..<500 as Range<UInt64> {
            table.forEach(number << shift, from: 0) { _ in
                looks += 1
                return true
            }
        }
        // One each, and a few whose tag is the same by chance.
        #expect(looks < 2000)
    }
}
