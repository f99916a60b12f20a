import Testing

@testable import Journal

struct DedupEntriesTests {
    private func key(_ number: UInt64) -> DedupKey {
        DedupKey(high: number, low: number * 3, body: number * 5, id: number * 7)
    }

    @Test(arguments: [1, 8191, 8192, 20_000] as [UInt64])
    func `entries are found by sequence, wherever a journal begins`(first: UInt64) {
        var entries = DedupEntries(first: first)
        for number in 0..<20_000 as Range<UInt64> {
            entries.append(key(number), code: UInt8(number % 10))
        }
        for _ in 0..<9_000 { entries.removeFirst() }
        for _ in 0..<9_000 { entries.removeLast() }
        #expect(entries.count == 2000)
        for number in 9000..<11_000 as Range<UInt64> {
            #expect(entries.key(first + number) == key(number))
            #expect(entries.code(first + number) == UInt8(number % 10))
            #expect(entries.id(first + number) == number * 7)
        }
    }

    @Test func `emptied from either end it can be filled again`() {
        var entries = DedupEntries(first: 8190)
        for round in 0..<5 as Range<UInt64> {
            for number in 0..<5 as Range<UInt64> { entries.append(key(round + number), code: 1) }
            #expect(entries.key(entries.next - 1) == key(round + 4))
            for _ in 0..<5 where round % 2 == 0 { entries.removeFirst() }
            for _ in 0..<5 where round % 2 == 1 { entries.removeLast() }
            #expect(entries.count == 0)
        }
    }

    @Test func `a snapshot stays as it was while the entries go on`() {
        var entries = DedupEntries(first: 100)
        for number in 0..<10_000 as Range<UInt64> { entries.append(key(number), code: 0) }
        let pieces = [100, 8192].map { entries.chunk(holding: $0, through: 9_000) }
        for _ in 0..<5_000 { entries.append(key(0), code: 9) }
        for _ in 0..<12_000 { entries.removeFirst() }
        #expect(pieces.map(\.first) == [100, 8192])
        #expect(pieces.map(\.count) == [8092, 809])
        let words = pieces.flatMap { Array($0.words[$0.start..<$0.end]) }
        #expect(words.count == (9_000 - 100 + 1) * 4)
        #expect(stride(from: 0, to: words.count, by: 4).allSatisfy { words[$0] == UInt64($0 / 4) })
    }

    @Test func `an entry that nobody finds takes its place`() {
        var entries = DedupEntries(first: 1)
        entries.append(key(1), code: 0)
        entries.appendAbsent()
        entries.append(key(3), code: 0)
        var found: [UInt64] = []
        entries.forEachID { _, sequence in found.append(sequence) }
        #expect(found == [1, 3])
        #expect(entries.code(2) == DedupEntries.absent)
    }
}
