internal import Files

/// Reads the batches of one segment in order, in large pieces.
struct BatchCursor {
    let segment: UInt64
    private let file: any File
    private let journal: JournalID
    /// Where the next batch starts, and how far the segment may be read.
    private(set) var offset: Int
    var limit: Int
    /// Bytes of the segment; the batch last read lies here.
    private(set) var buffer: [UInt8]
    private var bufferOffset = 0
    private var filled = 0
    private let pieceBytes: Int

    init(
        _ file: any File, segment: UInt64, journal: JournalID, offset: Int = 0, limit: Int,
        pieceBytes: Int
    ) {
        self.file = file
        self.segment = segment
        self.journal = journal
        self.offset = offset
        self.limit = limit
        self.pieceBytes = pieceBytes
        buffer = [UInt8](repeating: 0, count: pieceBytes)
    }

    /// Where the records of the batch last read by `next` begin in the buffer.
    private(set) var recordsStart = 0

    /// What stands at `offset`; behind a batch the cursor goes on.
    mutating func next() throws(FileError) -> BatchReading {
        var reading = try read(BatchFormat.alignment)
        if case .torn(let whole) = reading, whole > filled - (offset - bufferOffset),
            whole <= limit - offset
        {
            reading = try read(whole)
        }
        if case .batch(let head) = reading {
            recordsStart = offset - bufferOffset + BatchFormat.headBytes
            offset += head.whole
        }
        return reading
    }

    /// Reads what starts at `offset`, with so many bytes in the buffer where there are as many.
    private mutating func read(_ wanted: Int) throws(FileError) -> BatchReading {
        let available = max(0, filled - (offset - bufferOffset))
        if available < min(wanted, limit - offset) {
            try fill(min(max(wanted, pieceBytes), limit - offset))
        }
        let start = min(offset - bufferOffset, filled)
        return BatchFormat.read(
            buffer.span.extracting(start..<filled), journal: journal, segment: segment)
    }

    private mutating func fill(_ count: Int) throws(FileError) {
        if buffer.count < count {
            buffer = [UInt8](repeating: 0, count: count)
        } else if buffer.count > pieceBytes, count <= pieceBytes {
            // One large batch is no reason to keep its memory.
            buffer = [UInt8](repeating: 0, count: pieceBytes)
        }
        filled = 0
        bufferOffset = offset
        filled = try file.read(into: &buffer, 0..<count, at: offset)
    }

    /// How many bytes the segment has.
    func size() throws(FileError) -> Int { try file.size() }
}
