/// The entries of the dedup index in the order of the journal: first in, first out.
///
/// Each record of the journal has exactly one, so an entry's place is its sequence. They lie in
/// chunks of 8,192, four words each: the key's two, the body's, and the id's 60 bits with the
/// status in the lowest four. An entry that is in no table holds only the status `absent`. What
/// is on disk of a chunk never changes, so the ring of ids takes references to the chunks and
/// writes them while the journal goes on.
struct DedupEntries {
    static let wordsPerEntry = 4
    /// The status of an entry that nobody finds.
    static let absent: UInt8 = 15

    /// Entries of a chunk, a power of two.
    let chunkEntries: UInt64
    private let shift: UInt64

    /// Sequence of the oldest entry, and of the one that comes next.
    private(set) var first: UInt64
    private(set) var next: UInt64
    private var chunks: [[UInt64]] = []
    /// The number of the first chunk: its first entry's sequence by `chunkEntries`.
    private var firstChunk: UInt64

    init(first: UInt64, chunkEntries: Int = 8192) {
        precondition(chunkEntries.nonzeroBitCount == 1, "a power of two")
        self.chunkEntries = UInt64(chunkEntries)
        shift = UInt64(chunkEntries.trailingZeroBitCount)
        self.first = first
        next = first
        firstChunk = first >> shift
    }

    var count: Int { Int(next - first) }

    /// Adds the entry of the record with the sequence `next`.
    mutating func append(_ key: DedupKey, code: UInt8) {
        append(key.high, key.low, key.body, key.id << 4 | UInt64(code))
    }

    /// Adds an entry that nobody finds.
    mutating func appendAbsent() {
        append(0, 0, 0, UInt64(Self.absent))
    }

    private mutating func append(_ high: UInt64, _ low: UInt64, _ body: UInt64, _ id: UInt64) {
        let offset = Int(next & (chunkEntries - 1))
        if offset == 0 || chunks.isEmpty { addChunk(upTo: offset) }
        let last = chunks.count - 1
        chunks[last].append(high)
        chunks[last].append(low)
        chunks[last].append(body)
        chunks[last].append(id)
        next += 1
    }

    private mutating func addChunk(upTo offset: Int) {
        if chunks.isEmpty { firstChunk = next >> shift }
        var chunk: [UInt64] = []
        chunk.reserveCapacity(Int(chunkEntries) * Self.wordsPerEntry)
        // A journal may begin in the middle of a chunk.
        chunk.append(contentsOf: repeatElement(0, count: offset * Self.wordsPerEntry))
        chunks.append(chunk)
    }

    /// Forgets the oldest entry.
    mutating func removeFirst() {
        precondition(first < next, "there is an entry to forget")
        first += 1
        if first == next {
            chunks.removeAll()
        } else if first & (chunkEntries - 1) == 0 {
            chunks.removeFirst()
            firstChunk += 1
        }
    }

    /// Forgets the newest entry.
    mutating func removeLast() {
        precondition(first < next, "there is an entry to forget")
        next -= 1
        chunks[chunks.count - 1].removeLast(Self.wordsPerEntry)
        if first == next {
            chunks.removeAll()
        } else if next & (chunkEntries - 1) == 0 {
            chunks.removeLast()
        }
    }

    @inline(__always)
    private func place(_ sequence: UInt64) -> (chunk: Int, word: Int) {
        let chunk = Int(sequence >> shift - firstChunk)
        return (chunk, Int(sequence & (chunkEntries - 1)) * Self.wordsPerEntry)
    }

    /// The 60 bits of the id.
    func id(_ sequence: UInt64) -> UInt64 {
        let (chunk, word) = place(sequence)
        return chunks[chunk][word + 3] >> 4
    }

    /// Calls the closure with the id and sequence of each entry that can be found, in order.
    @inline(__always)
    func forEachID(_ body: (UInt64, UInt64) -> Void) {
        var sequence = first
        for chunk in chunks {
            var word = Int(sequence & (chunkEntries - 1)) * Self.wordsPerEntry + 3
            while word < chunk.count {
                if chunk[word] & 15 != UInt64(Self.absent) { body(chunk[word] >> 4, sequence) }
                sequence += 1
                word += Self.wordsPerEntry
            }
        }
    }

    /// The code of the status: 0 accepted, else the quarantine reason's.
    func code(_ sequence: UInt64) -> UInt8 {
        let (chunk, word) = place(sequence)
        return UInt8(chunks[chunk][word + 3] & 15)
    }

    /// The key.
    func key(_ sequence: UInt64) -> DedupKey {
        let (chunk, word) = place(sequence)
        return DedupKey(
            high: chunks[chunk][word], low: chunks[chunk][word + 1], body: chunks[chunk][word + 2],
            id: chunks[chunk][word + 3] >> 4)
    }

    /// The chunk that holds this record's entry, from its first entry that is left to the last
    /// one through a record.
    func chunk(holding sequence: UInt64, through last: UInt64) -> IdsChunk.Entries {
        let start = max(first, sequence & ~(chunkEntries - 1))
        let end = min(next, last + 1, (sequence | (chunkEntries - 1)) + 1)
        precondition(start <= sequence && sequence < end, "an entry that is not there")
        let (chunk, word) = place(start)
        let words = Int(end - start) * Self.wordsPerEntry
        return IdsChunk.Entries(
            first: start, count: Int(end - start), words: chunks[chunk], start: word,
            end: word + words)
    }
}
