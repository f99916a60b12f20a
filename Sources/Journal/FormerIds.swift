internal import Files

/// The dedup index as version 0.1.0 left it: two files, of which the newer sound one counts.
///
/// A start takes it over and removes the files, so where there are any, no process of this version
/// was the last one to write the journal.
enum FormerIds {
    private static let pieceBytes = 1 << 20
    private static let markBytes = 16
    private static let entryBytes = DedupEntries.wordsPerEntry * 8

    /// What the files hold.
    struct Found {
        /// Nil where neither is sound.
        var index: DedupIndex?
        /// Paths of files that are not.
        var damaged: [String] = []
    }

    private static func paths(_ folder: JournalFolder) throws(FileError) -> [String] {
        let names = try folder.files.list(folder.path)
        return (0..<2).map { folder.checkpoint("ids", $0) }
            .filter { path in names.contains { path == "\(folder.path)/\($0)" } }
    }

    /// Reads the files; nil where there are none.
    static func read(
        _ folder: JournalFolder, _ journal: JournalID, _ configuration: DedupConfiguration
    ) throws(FileError) -> Found? {
        guard try !paths(folder).isEmpty else { return nil }
        var files = try CheckpointFiles(.ids, in: folder, journal: journal, bytes: 0)
        let index = try files.load { head, sum, file throws(FileError) in
            try read(head, sum, file, configuration)
        }
        return Found(index: index, damaged: files.damaged)
    }

    /// Removes the files.
    static func remove(from folder: JournalFolder) throws(FileError) {
        // What replaces them must be found again before they go.
        try folder.files.syncFolder(folder.path)
        for path in try paths(folder) { try folder.files.remove(path) }
        try folder.files.syncFolder(folder.path)
    }

    /// Reads an index from what follows the page; nil where it is not there whole.
    ///
    /// The caller compares the checksum before it uses the index.
    static func read(
        _ head: CheckpointHead, _ before: UInt32, _ file: any File,
        _ configuration: DedupConfiguration
    ) throws(FileError) -> (UInt32, DedupIndex)? {
        let size = try file.size()
        // Before anything is computed from numbers that no checksum has vouched for.
        guard head.first > 0, head.through < .max, head.through + 1 >= head.first,
            head.through + 1 - head.first < DedupTable.span, head.marks < DedupTable.span
        else { return nil }
        let count = Int(head.through + 1 - head.first)
        let end = CheckpointHead.pageBytes + Int(head.marks) * markBytes + count * entryBytes
        guard end <= size else { return nil }
        var pieces = PieceReader(file, CheckpointHead.pageBytes..<end, checksum: before)
        var marks: [(sequence: UInt64, seconds: Int64)] = []
        for _ in 0..<Int(head.marks) {
            guard let words = try pieces.next(2) else { return nil }
            marks.append((words[0], Int64(bitPattern: words[1])))
        }
        let first = head.first + UInt64(max(0, count - configuration.maxIds))
        var index = DedupIndex(configuration, next: first)
        var mark = 0
        for sequence in head.first..<head.through + 1 {
            guard let words = try pieces.next(4), words[3] & 15 != DedupEntries.absent else {
                return nil
            }
            while mark + 1 < marks.count, marks[mark + 1].sequence <= sequence { mark += 1 }
            guard mark < marks.count else { return nil }
            guard sequence >= first else { continue }
            index.append(
                DedupKey(high: words[0], low: words[1], body: words[2], id: words[3] >> 4),
                code: UInt8(words[3] & 15), receivedAt: marks[mark].seconds)
        }
        // The ring tells the next record's number by its entries.
        if count == 0, head.first > 1 {
            index = DedupIndex(configuration, next: head.first - 1)
            index.skip(to: head.first)
        }
        return (pieces.checksum, index)
    }

    /// Reads words in order, in large pieces, and sums them up.
    private struct PieceReader {
        private let file: any File
        private var offset: Int
        private let end: Int
        private var buffer: [UInt8]
        private var position = 0
        private var filled = 0
        private(set) var checksum: UInt32

        init(_ file: any File, _ range: Range<Int>, checksum: UInt32) {
            self.file = file
            offset = range.lowerBound
            end = range.upperBound
            buffer = [UInt8](repeating: 0, count: min(pieceBytes, range.count))
            self.checksum = checksum
        }

        /// So many words, four at most.
        @inline(__always)
        mutating func next(_ count: Int) throws(FileError) -> [4 of UInt64]? {
            if filled - position < count * 8 {
                try fill()
                guard filled >= count * 8 else { return nil }
            }
            var words = [4 of UInt64](repeating: 0)
            for index in 0..<count { words[index] = buffer.span.integer(at: position + 8 * index) }
            position += count * 8
            return words
        }

        private mutating func fill() throws(FileError) {
            // Marks are half of an entry: a piece may end in the middle of one.
            let rest = filled - position
            for index in 0..<rest { buffer[index] = buffer[position + index] }
            let wanted = min(buffer.count - rest, end - offset)
            let read = try file.read(into: &buffer, rest..<rest + wanted, at: offset)
            let sum = buffer.span.extracting(rest..<rest + read).crc32c(after: checksum)
            checksum = sum
            offset += read
            position = 0
            filled = rest + read
        }
    }
}
