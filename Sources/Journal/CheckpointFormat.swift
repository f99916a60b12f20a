internal import Files

/// How a checkpoint's file begins: a page of 4,096 bytes, of which the first ones say something.
///
/// ```
///  0  8 bytes  magic, one for each kind of checkpoint
///  8  u16  format version
/// 10  u16  0
/// 12  u32  CRC32C of the page but these four bytes, and of what follows it
/// 16  2 x u64  the journal's random id
/// 32  u64  generation: one more than that of the other file
/// 40  u64  the last sequence that it covers
/// 48  u64  ids: the first sequence that it covers; publish: a digest of the routes, with lanes
/// 56  u64  ids: number of time marks; publish: number of lanes
/// 64  publish: the lanes, each u64 its first sequence, u16 length of the topic's name, the name
/// ```
/// For the publisher that is all. Of the ids, version 0.1.0 wrote such files, which `FormerIds`
/// still reads: there follow the time marks, 16 bytes each (sequence, seconds since 1970), and the
/// entries, 32 bytes each, as `DedupEntries` has them.
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
    var lanes: [PublishPosition.Lane] = []

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
        page.store(kind == .publish ? UInt64(lanes.count) : marks, at: 56)
        store(lanes, in: &page)
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
        var head = CheckpointHead(
            generation: page.integer(at: 32), through: page.integer(at: 40),
            first: page.integer(at: 48), marks: page.integer(at: 56))
        if kind == .publish {
            guard let lanes = lanes(page, count: head.marks) else { return nil }
            head.lanes = lanes
            head.marks = 0
        }
        return (head, page.integer(at: 12))
    }

    private static let lanesStart = 64

    private func store(_ lanes: [PublishPosition.Lane], in page: inout [UInt8]) {
        var offset = Self.lanesStart
        for lane in lanes {
            let name = Array(lane.topic.utf8)
            page.store(lane.first, at: offset)
            page.store(UInt16(name.count), at: offset + 8)
            page.replaceSubrange(offset + 10..<offset + 10 + name.count, with: name)
            offset += 10 + name.count
        }
    }

    /// The lanes of a page that no checksum has vouched for yet; nil where it cannot be one.
    private static func lanes(_ page: Span<UInt8>, count: UInt64) -> [PublishPosition.Lane]? {
        var lanes: [PublishPosition.Lane] = []
        var offset = lanesStart
        while lanes.count < count {
            guard offset + 10 <= page.count else { return nil }
            let first: UInt64 = page.integer(at: offset)
            let end = offset + 10 + Int(page.integer(at: offset + 8, as: UInt16.self))
            guard end <= page.count, first > 0 else { return nil }
            lanes.append(
                PublishPosition.Lane(topic: page.text(offset + 10..<end), first: first))
            offset = end
        }
        return PublishPosition.fit(lanes.map(\.topic)) ? lanes : nil
    }

    /// What the publisher's checkpoint says.
    var position: PublishPosition {
        PublishPosition(through: through, lanes: lanes, routes: first)
    }

    /// The last sequence up to which it covers everything.
    var covered: UInt64 { lanes.isEmpty ? through : position.lowest }
}
