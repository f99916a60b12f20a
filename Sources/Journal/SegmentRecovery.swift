internal import Events
internal import Files

/// Reads one segment at a start: checks each batch, and tells the index of its records.
struct SegmentRecovery {
    private var cursor: BatchCursor
    private let path: String
    /// Sequence of the record that comes next.
    private(set) var expected: UInt64
    /// The last sound batch.
    private(set) var last: (offset: Int, whole: Int)?
    /// When it was written.
    private(set) var newest: Int64 = 0

    init(
        _ scan: SegmentScan, _ number: UInt64, expected: UInt64
    ) throws(JournalError) {
        cursor = try JournalError.wrap { () throws(FileError) in try scan.cursor(number) }
        path = scan.folder.segment(number)
        self.expected = expected
    }

    /// Where the sound batches end.
    var end: Int { cursor.offset }

    /// Reads to the end, and answers what stands there.
    mutating func run(into recovered: inout Recovered) throws(JournalError) -> BatchReading {
        while true {
            let offset = cursor.offset
            let reading: BatchReading
            do {
                reading = try cursor.next()
            } catch {
                throw .file(error)
            }
            switch reading {
            case .absent, .torn: return reading
            case .corrupt(let reason): throw .corrupt(segment: path, offset: offset, reason: reason)
            case .batch(let head):
                guard head.firstSequence == expected else {
                    throw .corrupt(
                        segment: path, offset: offset,
                        reason: "record \(head.firstSequence) where \(expected) belongs")
                }
                guard head.firstSequence <= recovered.index.next else {
                    throw .corrupt(
                        segment: path, offset: offset,
                        reason: "record \(head.firstSequence), and none from "
                            + "\(recovered.index.next) on before it")
                }
                guard tell(&recovered.index, head) else {
                    throw .corrupt(
                        segment: path, offset: offset, reason: "records that do not fit the batch")
                }
                expected = head.nextSequence
                newest = max(newest, head.writtenAt)
                last = (offset, head.whole)
                recovered.bytesRead += head.whole
            }
        }
    }

    /// Adds the batch's records to the index where it does not have them; false where they do not
    /// fill the batch.
    private func tell(_ index: inout DedupIndex, _ head: BatchHead) -> Bool {
        guard head.nextSequence > index.next else { return true }
        let bytes = cursor.buffer.span
        var position = cursor.recordsStart
        let end = position + head.length
        var sequence = head.firstSequence
        let records = bytes.extracting(0..<end)
        // By the journal's own time: a start after days, or under a wrong clock, forgets nothing.
        index.expire(now: index.newestArrival ?? .min)
        while position < end {
            guard let record = RecordLayout(records, at: position) else { return false }
            if sequence == index.next {
                let type = record.range(of: .type) ?? position..<position
                let key = DedupKey(
                    type: records.extracting(type), eventID: record.eventID(records),
                    bodyHash: record.bodyHash(records))
                index.append(
                    key, code: RecordFormat.code(of: record.kind),
                    receivedAt: record.receivedAt.seconds)
            }
            sequence += 1
            position = record.end
        }
        return sequence == head.nextSequence
    }
}
