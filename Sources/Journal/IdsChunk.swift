internal import Files

/// A chunk of the dedup index on the disk: how it lies in its place in the ring.
///
/// ```
///   0  8 bytes  magic: FF 'H' 'k' 'L' 'n' 'I' 'd' 'C'
///   8  u16  format version
///  10  u16  0
///  12  u32  CRC32C of the whole place but these four bytes
///  16  2 x u64  the journal's random id
///  32  u64  generation: one more than that of the write before; chunks of one write share it
///  40  u64  the oldest sequence that the index held when this was written
///  48  u64  sequence of the first entry
///  56  u32  number of entries
///  60  u32  entries that a full chunk has
///  64  i64  arrival of the first entry, seconds since 1970
///  72  zeros
/// 128  the entries, 32 bytes each, as `DedupEntries` has them
///   .  behind the last one that there can be: u32 an entry, seconds since the first one's arrival
///   .  zeros to the next multiple of 4,096
/// ```
/// All numbers are little-endian. Reading is pure; what is not sound is nil.
struct IdsChunk {
    static let magic: UInt64 = 0x4364_496E_4C6B_48FF
    static let version: UInt16 = 1
    static let headBytes = 128
    private static let entryBytes = DedupEntries.wordsPerEntry * 8

    /// What the head says.
    struct Head: Equatable {
        var generation: UInt64
        var oldest: UInt64
        var first: UInt64
        var count: Int

        /// Sequence of the entry behind the last one.
        var next: UInt64 { first + UInt64(count) }
    }

    /// Entries in a row, as they lie in memory.
    struct Entries {
        let first: UInt64
        let count: Int
        /// Holds the entries from `start` to `end`.
        let words: [UInt64]
        let start: Int
        let end: Int
    }

    let entries: Entries
    /// When each entry came, seconds since 1970.
    let seconds: [Int64]

    /// Bytes of a chunk's place.
    static func bytes(chunkEntries: Int) -> Int {
        BatchFormat.padded(timesStart(chunkEntries) + chunkEntries * 4)
    }

    private static func timesStart(_ chunkEntries: Int) -> Int {
        headBytes + chunkEntries * entryBytes
    }

    // MARK: - Writing

    /// Makes the bytes of the whole place.
    func write(
        to bytes: inout [UInt8], _ head: Head, chunkEntries: Int, _ journal: JournalID
    ) {
        bytes.removeAll(keepingCapacity: true)
        bytes.addZeros(Self.headBytes)
        entries.words.withBytes { bytes.add($0.extracting(entries.start * 8..<entries.end * 8)) }
        bytes.addZeros(Self.bytes(chunkEntries: chunkEntries) - bytes.count)
        let base = seconds.first ?? 0
        for (index, time) in seconds.enumerated() {
            bytes.store(
                UInt32(clamping: time.subtractingReportingOverflow(base).partialValue),
                at: Self.timesStart(chunkEntries) + 4 * index)
        }
        bytes.store(Self.magic, at: 0)
        bytes.store(Self.version, at: 8)
        bytes.store(journal.high, at: 16)
        bytes.store(journal.low, at: 24)
        bytes.store(head.generation, at: 32)
        bytes.store(head.oldest, at: 40)
        bytes.store(head.first, at: 48)
        bytes.store(UInt32(head.count), at: 56)
        bytes.store(UInt32(chunkEntries), at: 60)
        bytes.store(base, at: 64)
        bytes.store(Self.checksum(bytes.span), at: 12)
    }

    private static func checksum(_ bytes: Span<UInt8>) -> UInt32 {
        let front = bytes.extracting(0..<12).crc32c()
        return bytes.extracting(16..<bytes.count).crc32c(after: front)
    }

    // MARK: - Reading

    /// What a head says that is ours, whether or not the chunk is sound.
    static func claim(
        _ bytes: Span<UInt8>, _ journal: JournalID, chunkEntries: Int
    ) -> Head? {
        guard bytes.count >= headBytes, bytes.integer(at: 0) == magic,
            bytes.integer(at: 8) == version,
            JournalID(high: bytes.integer(at: 16), low: bytes.integer(at: 24)) == journal,
            bytes.integer(at: 60) == UInt32(chunkEntries)
        else { return nil }
        let head = Head(
            generation: bytes.integer(at: 32), oldest: bytes.integer(at: 40),
            first: bytes.integer(at: 48), count: Int(bytes.integer(at: 56, as: UInt32.self)))
        let start = head.first & (UInt64(chunkEntries) - 1)
        guard head.first > 0, head.first < .max - UInt64(chunkEntries), head.generation < .max,
            start + UInt64(head.count) <= chunkEntries
        else { return nil }
        return head
    }

    /// The head of a sound chunk.
    static func head(
        _ bytes: Span<UInt8>, _ journal: JournalID, chunkEntries: Int
    ) -> Head? {
        guard bytes.count == Self.bytes(chunkEntries: chunkEntries),
            checksum(bytes) == bytes.integer(at: 12)
        else { return nil }
        return claim(bytes, journal, chunkEntries: chunkEntries)
    }

    /// Calls the closure with each entry of a sound chunk from a sequence on: nil where it is one
    /// that nobody finds, its status, and its arrival.
    @inline(__always)
    static func forEach(
        _ bytes: Span<UInt8>, _ head: Head, from start: UInt64, chunkEntries: Int,
        _ body: (DedupKey?, UInt8, Int64) -> Void
    ) {
        let base: Int64 = bytes.integer(at: 64)
        let times = timesStart(chunkEntries)
        let skipped = max(start, head.first) - head.first
        for index in Int(min(skipped, UInt64(head.count)))..<head.count {
            let offset = headBytes + index * entryBytes
            let last: UInt64 = bytes.integer(at: offset + 24)
            let code = UInt8(last & 15)
            let key =
                code == DedupEntries.absent
                ? nil
                : DedupKey(
                    high: bytes.integer(at: offset), low: bytes.integer(at: offset + 8),
                    body: bytes.integer(at: offset + 16), id: last >> 4)
            let passed: UInt32 = bytes.integer(at: times + 4 * index)
            let time = base.addingReportingOverflow(Int64(passed))
            body(key, code, time.overflow ? .max : time.partialValue)
        }
    }
}
