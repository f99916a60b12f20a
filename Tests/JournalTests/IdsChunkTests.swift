import Testing

@testable import Journal

struct IdsChunkTests {
    private static let chunkEntries = 16

    private func key(_ number: UInt64) -> DedupKey {
        DedupKey(high: number, low: number * 3, body: number * 5, id: number * 7)
    }

    /// A chunk of these records, and its bytes.
    private func bytes(_ range: Range<UInt64>) -> (head: IdsChunk.Head, bytes: [UInt8]) {
        var entries = DedupEntries(first: range.lowerBound, chunkEntries: Self.chunkEntries)
        for number in range {
            if number % 5 == 0 {
                entries.appendAbsent()
            } else {
                entries.append(key(number), code: 2)
            }
        }
        let chunk = IdsChunk(
            entries: entries.chunk(holding: range.lowerBound, through: range.upperBound - 1),
            seconds: range.map { Int64($0) * 1000 })
        let head = IdsChunk.Head(
            generation: 9, oldest: 2, first: range.lowerBound, count: range.count)
        var bytes: [UInt8] = [1, 2, 3]
        chunk.write(to: &bytes, head, chunkEntries: Self.chunkEntries, Sample.journal)
        return (head, bytes)
    }

    private func head(_ bytes: [UInt8], _ journal: JournalID = Sample.journal) -> IdsChunk.Head? {
        IdsChunk.head(bytes.span, journal, chunkEntries: Self.chunkEntries)
    }

    @Test(arguments: [1..<2, 32..<48, 35..<41] as [Range<UInt64>])
    func `a chunk is read as it was written, and only by its journal`(range: Range<UInt64>) {
        let (head, bytes) = bytes(range)
        #expect(bytes.count == IdsChunk.bytes(chunkEntries: Self.chunkEntries))
        #expect(self.head(bytes) == head)
        #expect(self.head(bytes, .random()) == nil)
        #expect(IdsChunk.head(bytes.span, Sample.journal, chunkEntries: 32) == nil)
        var sequence = max(range.lowerBound, 36)
        IdsChunk.forEach(bytes.span, head, from: 36, chunkEntries: Self.chunkEntries) {
            #expect($0 == (sequence % 5 == 0 ? nil : key(sequence)))
            #expect($1 == (sequence % 5 == 0 ? DedupEntries.absent : 2))
            #expect($2 == Int64(sequence) * 1000)
            sequence += 1
        }
        #expect(sequence == max(range.upperBound, 36))
    }

    @Test func `every flipped bit makes it none, and so does every cut`() {
        let bytes = bytes(33..<45).bytes
        for bit in 0..<bytes.count * 8 {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(head(changed) == nil)
        }
        for count in stride(from: 0, to: bytes.count, by: 512) {
            #expect(head(Array(bytes[..<count])) == nil)
        }
    }
}
