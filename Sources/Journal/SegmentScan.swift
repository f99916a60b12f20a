internal import Files

/// Looks at the segments of a folder without changing anything.
struct SegmentScan {
    let folder: JournalFolder
    let journal: JournalID
    static let pieceBytes = 4 << 20

    /// What the frame of a segment's first batch says, sound or not; nil where it is not ours.
    func firstHead(_ number: UInt64) throws(FileError) -> BatchHead? {
        let file = try folder.files.open(folder.segment(number), .read)
        var page = [UInt8](repeating: 0, count: BatchFormat.headBytes)
        guard try file.read(into: &page, 0..<page.count, at: 0) == page.count else { return nil }
        return BatchFormat.claim(page.span, journal: journal, segment: number)
    }

    /// How many bytes the file has.
    func size(_ number: UInt64) throws(FileError) -> Int {
        try folder.files.open(folder.segment(number), .read).size()
    }

    /// Reads batches from this offset on; a short cursor reads no more than each of them needs.
    func cursor(
        _ number: UInt64, offset: Int = 0, isShort: Bool = false
    ) throws(FileError) -> BatchCursor {
        let file = try folder.files.open(folder.segment(number), .read)
        let size = try file.size()
        return BatchCursor(
            file, segment: number, journal: journal, offset: offset, limit: size,
            pieceBytes: min(isShort ? BatchFormat.alignment : Self.pieceBytes, size))
    }

    /// Whether a sound batch of this use of the segment stands behind the offset.
    ///
    /// The writer starts a batch when the one before is synced, so then whatever is damaged at
    /// the offset had been promised.
    func hasBatch(_ number: UInt64, behind offset: Int) throws(FileError) -> Bool {
        try nextBatch(number, behind: offset) != nil
    }

    /// Where the next sound batch of this use of the segment stands behind the offset.
    func nextBatch(_ number: UInt64, behind offset: Int) throws(FileError) -> Int? {
        let file = try folder.files.open(folder.segment(number), .read)
        let size = try file.size()
        var buffer = [UInt8](repeating: 0, count: min(Self.pieceBytes, BatchFormat.padded(size)))
        var start = offset + BatchFormat.alignment
        while start < size {
            let count = try file.read(into: &buffer, 0..<buffer.count, at: start)
            for page in stride(from: 0, to: count, by: BatchFormat.alignment) {
                let end = min(page + BatchFormat.headBytes, count)
                guard
                    BatchFormat.claim(
                        buffer.span.extracting(page..<end), journal: journal, segment: number)
                        != nil
                else { continue }
                var cursor = try cursor(number, offset: start + page)
                if case .batch = try cursor.next() { return start + page }
            }
            guard count == buffer.count else { break }
            start += count
        }
        return nil
    }

    /// How many bytes the batch took that began with this record, where what stands at the offset
    /// is not ours but looks like its damaged frame.
    func remains(
        _ number: UInt64, at offset: Int, first sequence: UInt64
    ) throws(FileError) -> Int? {
        let file = try folder.files.open(folder.segment(number), .read)
        var head = [UInt8](repeating: 0, count: BatchFormat.headBytes)
        guard try file.read(into: &head, 0..<head.count, at: offset) == head.count else {
            return nil
        }
        return BatchFormat.remains(head.span, journal: journal, segment: number, first: sequence)
    }
}
