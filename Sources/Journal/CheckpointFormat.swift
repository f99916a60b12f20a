internal import Files

/// How a checkpoint's file begins: a page of 4,096 bytes, of which 64 say something.
///
/// ```
///  0  8 bytes  magic, one for each kind of checkpoint
///  8  u16  format version
/// 10  u16  0
/// 12  u32  CRC32C of the page but these four bytes, and of what follows it
/// 16  2 x u64  the journal's random id
/// 32  u64  generation: one more than that of the other file
/// 40  u64  the last sequence that it covers
/// 48  u64  ids: the first sequence that it covers
/// 56  u64  ids: number of time marks
/// ```
/// For the publisher that is all. For the ids there follow the time marks, 16 bytes each
/// (sequence, seconds since 1970), and the entries, 32 bytes each, as `DedupEntries` has them.
///
/// All numbers are little-endian. There are two files of each kind, made as long as they can
/// become when the journal opens, and the older one is written: a full disk cannot stop it, and
/// a crash damages one of them at most.
struct CheckpointHead: Equatable {
    enum Kind: UInt64 {
        case publish = 0x6275_506E_4C6B_48FF
        case ids = 0x7364_496E_4C6B_48FF
    }

    static let pageBytes = 4096
    static let version: UInt16 = 1

    var generation: UInt64
    var through: UInt64
    var first: UInt64 = 0
    var marks: UInt64 = 0

    /// The page, with room for the checksum.
    func page(_ kind: Kind, _ journal: JournalID) -> [UInt8] {
        var page = [UInt8](repeating: 0, count: Self.pageBytes)
        page.store(kind.rawValue, at: 0)
        page.store(Self.version, at: 8)
        page.store(journal.high, at: 16)
        page.store(journal.low, at: 24)
        page.store(generation, at: 32)
        page.store(through, at: 40)
        page.store(first, at: 48)
        page.store(marks, at: 56)
        return page
    }

    /// The checksum of a page; what follows it goes on from there.
    static func checksum(_ page: Span<UInt8>) -> UInt32 {
        let front = page.extracting(0..<12).crc32c()
        return page.extracting(16..<pageBytes).crc32c(after: front)
    }

    /// What a page says, and which checksum it and what follows must have.
    static func read(
        _ page: Span<UInt8>, _ kind: Kind, _ journal: JournalID
    ) -> (head: CheckpointHead, checksum: UInt32)? {
        guard page.count == pageBytes, page.integer(at: 0) == kind.rawValue,
            page.integer(at: 8) == version,
            JournalID(high: page.integer(at: 16), low: page.integer(at: 24)) == journal
        else { return nil }
        let head = CheckpointHead(
            generation: page.integer(at: 32), through: page.integer(at: 40),
            first: page.integer(at: 48), marks: page.integer(at: 56))
        return (head, page.integer(at: 12))
    }
}
