internal import Files

/// The dedup index on the disk: behind the checkpoint's page its time marks and entries.
enum IdsCheckpoint {
    private static let pieceBytes = 1 << 20
    private static let markBytes = 16
    private static let entryBytes = DedupEntries.wordsPerEntry * 8

    /// How long a file can become.
    static func fileBytes(_ configuration: DedupConfiguration) -> Int {
        let marks = min(Int(configuration.windowHours * 3600) + 2, configuration.maxIds)
        return CheckpointHead.pageBytes + marks * markBytes + configuration.maxIds * entryBytes
    }

    /// Writes the snapshot to the older of the two files.
    static func write(_ snapshot: DedupSnapshot, to files: inout CheckpointFiles) throws(FileError)
    {
        var marks: [UInt64] = []
        for mark in snapshot.times { marks += [mark.sequence, UInt64(bitPattern: mark.seconds)] }
        try files.write(
            through: snapshot.last, first: snapshot.first, marks: snapshot.times.count
        ) { before, file throws(FileError) in
            var checksum = before
            var offset = CheckpointHead.pageBytes
            func add(_ words: [UInt64], _ range: Range<Int>) throws(FileError) {
                try words.withBytes { bytes throws(FileError) in
                    let piece = bytes.extracting(range.lowerBound * 8..<range.upperBound * 8)
                    checksum = piece.crc32c(after: checksum)
                    try file.write(piece, at: offset)
                    file.startWriting(offset..<offset + piece.count)
                    offset += piece.count
                }
            }
            try add(marks, 0..<marks.count)
            for piece in snapshot.pieces { try add(piece.words, piece.range) }
            return checksum
        }
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
        var marks: [ArrivalTimes.Mark] = []
        for _ in 0..<Int(head.marks) {
            guard let words = try pieces.next(2) else { return nil }
            marks.append(
                ArrivalTimes.Mark(
                    sequence: words[0], seconds: Int64(bitPattern: words[1])))
        }
        var index = DedupIndex.Loader(configuration, first: head.first, count: count)
        var mark = 0
        for sequence in head.first..<head.through + 1 {
            guard let words = try pieces.next(4) else { return nil }
            while mark + 1 < marks.count, marks[mark + 1].sequence <= sequence { mark += 1 }
            guard mark < marks.count else { return nil }
            index.append(
                DedupKey(high: words[0], low: words[1], body: words[2], id: words[3] >> 4),
                code: UInt8(words[3] & 15), receivedAt: marks[mark].seconds)
        }
        return (pieces.checksum, index.index())
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
