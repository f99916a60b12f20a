/// The entries of the dedup index in the order of the journal: first in, first out.
///
/// Each record of the journal has exactly one, so an entry's place is its sequence. They lie in
/// chunks of 8,192, four words each: the key's two, the body's, and the id's 60 bits with the
/// status in the lowest four. A full chunk never changes, so a checkpoint takes references to the
/// chunks and writes them while the journal goes on.
struct DedupEntries {
    static let wordsPerEntry = 4
    static let chunkEntries = 8192

    /// Sequence of the oldest entry, and of the one that comes next.
    private(set) var first: UInt64
    private(set) var next: UInt64
    private var chunks: [[UInt64]] = []
    /// The number of the first chunk: its first entry's sequence by `chunkEntries`.
    private var firstChunk: UInt64

    init(first: UInt64) {
        self.first = first
        next = first
        firstChunk = first / UInt64(Self.chunkEntries)
    }

    var count: Int { Int(next - first) }

    /// Adds the entry of the record with the sequence `next`.
    mutating func append(_ key: DedupKey, code: UInt8) {
        let offset = Int(next % UInt64(Self.chunkEntries))
        if offset == 0 || chunks.isEmpty { addChunk(upTo: offset) }
        let last = chunks.count - 1
        chunks[last].append(key.high)
        chunks[last].append(key.low)
        chunks[last].append(key.body)
        chunks[last].append(key.id << 4 | UInt64(code))
        next += 1
    }

    private mutating func addChunk(upTo offset: Int) {
        if chunks.isEmpty { firstChunk = next / UInt64(Self.chunkEntries) }
        var chunk: [UInt64] = []
        chunk.reserveCapacity(Self.chunkEntries * Self.wordsPerEntry)
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
        } else if first % UInt64(Self.chunkEntries) == 0 {
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
        } else if next % UInt64(Self.chunkEntries) == 0 {
            chunks.removeLast()
        }
    }

    @inline(__always)
    private func place(_ sequence: UInt64) -> (chunk: Int, word: Int) {
        let chunk = Int(sequence / UInt64(Self.chunkEntries) - firstChunk)
        return (chunk, Int(sequence % UInt64(Self.chunkEntries)) * Self.wordsPerEntry)
    }

    /// The 60 bits of the id.
    func id(_ sequence: UInt64) -> UInt64 {
        let (chunk, word) = place(sequence)
        return chunks[chunk][word + 3] >> 4
    }

    /// Calls the closure with each entry's id and sequence, in order.
    @inline(__always)
    func forEachID(_ body: (UInt64, UInt64) -> Void) {
        var sequence = first
        for chunk in chunks {
            let offset = Int(sequence % UInt64(Self.chunkEntries))
            var word = offset * Self.wordsPerEntry + 3
            while word < chunk.count {
                body(chunk[word] >> 4, sequence)
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

    /// The chunks that hold what is there, to be written: each with the part that counts.
    func pieces(through last: UInt64) -> [(words: [UInt64], range: Range<Int>)] {
        guard last >= first, count > 0 else { return [] }
        let end = min(last + 1, next)
        var pieces: [(words: [UInt64], range: Range<Int>)] = []
        var start = first
        while start < end {
            let (chunk, word) = place(start)
            let chunkEnd = (start / UInt64(Self.chunkEntries) + 1) * UInt64(Self.chunkEntries)
            let stop = min(end, chunkEnd)
            let words = Int(stop - start) * Self.wordsPerEntry
            pieces.append((chunks[chunk], word..<word + words))
            start = stop
        }
        return pieces
    }
}
