internal import Files

/// The first page of the ring: where a clean stop wrote the journal's end mark.
///
/// ```
///  0  8 bytes  magic: FF 'H' 'k' 'L' 'n' 'E' 'n' 'd'
///  8  u16  format version
/// 10  u16  0
/// 12  u32  CRC32C of the page but these four bytes
/// 16  2 x u64  the journal's random id
/// 32  u64  sequence of the record that comes next
/// 40  u64  the segment's number
/// 48  u64  the end mark's offset in it
/// 56  zeros
/// ```
/// A start zeroes and syncs it before anything else is written.
struct StopMark: Equatable {
    static let pageBytes = 4096
    private static let magic: UInt64 = 0x646E_456E_4C6B_48FF

    let next: UInt64
    let segment: UInt64
    let offset: Int

    /// The error where there is nothing that was stopped.
    func isGone(_ folder: JournalFolder) -> JournalError {
        .damaged(
            path: folder.path,
            reason: "it was stopped cleanly after record \(next - 1), and its segments hold none")
    }

    func page(_ journal: JournalID) -> [UInt8] {
        var page = [UInt8](repeating: 0, count: Self.pageBytes)
        page.store(Self.magic, at: 0)
        page.store(IdsChunk.version, at: 8)
        page.store(journal.high, at: 16)
        page.store(journal.low, at: 24)
        page.store(next, at: 32)
        page.store(segment, at: 40)
        page.store(UInt64(offset), at: 48)
        page.store(Self.checksum(page.span), at: 12)
        return page
    }

    private static func checksum(_ page: Span<UInt8>) -> UInt32 {
        let front = page.extracting(0..<12).crc32c()
        return page.extracting(16..<page.count).crc32c(after: front)
    }

    static func read(_ page: Span<UInt8>, _ journal: JournalID) -> StopMark? {
        guard page.count == pageBytes, page.integer(at: 0) == magic,
            page.integer(at: 8) == IdsChunk.version, page.integer(at: 12) == checksum(page),
            JournalID(high: page.integer(at: 16), low: page.integer(at: 24)) == journal,
            let offset = Int(exactly: page.integer(at: 48, as: UInt64.self))
        else { return nil }
        return StopMark(
            next: page.integer(at: 32), segment: page.integer(at: 40), offset: offset)
    }
}
