/// A record with the place where it lies.
package struct StoredRecord: Hashable, Sendable {
    /// The record.
    package let record: JournalRecord
    /// The number of its segment.
    package let segment: UInt64
    /// Where it begins in the segment's file.
    package let offset: Int
}

/// Reads a journal's records in order from its files alone, whether it is written meanwhile or
/// not.
///
/// It gives what was there when it began, and goes on behind damage. A record of the last batch
/// may not be acknowledged yet.
package struct StoredRecords {
    /// What comes next.
    package enum Reading {
        /// A record that fits.
        case record(StoredRecord)
        /// The segment of this number was given up before it was read to its end.
        case gone(UInt64)
        /// Something is damaged here; a torn end is none.
        case damaged(JournalFault)
    }

    private let filter: RecordFilter
    private let path: @Sendable (UInt64) -> String
    private var walk: JournalWalk
    private var names = NameCache()
    /// The batch that is being read, its offset in the segment, and how far it is read.
    private var batch: (head: BatchHead, offset: Int)?
    private var position = 0
    private var sequence: UInt64 = 0
    private var isOver = false

    /// The records of this folder that fit.
    package init(_ files: JournalFiles, _ filter: RecordFilter) throws(JournalError) {
        self.filter = filter
        walk = try JournalWalk(files, from: filter.sequences.lowerBound)
        path = { [folder = files.folder] in folder.segment($0) }
    }

    /// What comes next; nil at the end.
    package mutating func next() throws(JournalError) -> Reading? {
        while !isOver {
            if let batch {
                if let reading = nextIn(batch.head, batch.offset) { return reading }
                self.batch = nil
            }
            switch try walk.next() {
            case nil: isOver = true
            case .gone(let number): return .gone(number)
            case .fault(let fault):
                if fault.kind == .corrupt { return .damaged(fault) }
            case .batch(let head, let offset):
                guard head.firstSequence <= filter.sequences.upperBound else {
                    isOver = true
                    break
                }
                guard head.nextSequence > filter.sequences.lowerBound else { break }
                batch = (head, offset)
                position = walk.recordsStart
                sequence = head.firstSequence
            }
        }
        return nil
    }

    /// The batch's next record that fits; nil at its end.
    private mutating func nextIn(_ head: BatchHead, _ offset: Int) -> Reading? {
        let buffer = walk.buffer
        let end = walk.recordsStart + head.length
        let bytes = buffer.span.extracting(0..<end)
        let base = offset + BatchFormat.headBytes - walk.recordsStart
        while position < end {
            let start = position
            guard let layout = RecordLayout(bytes, at: start) else {
                position = end
                return .damaged(
                    JournalFault(
                        .corrupt, path(head.segment), offset: base + start,
                        "record \(sequence) does not fit its batch"))
            }
            position = layout.end
            defer { sequence += 1 }
            guard filter.sequences.contains(sequence) else { continue }
            let record = layout.record(bytes, sequence: sequence, names: &names)
            guard filter.takes(record) else { continue }
            return .record(
                StoredRecord(record: record, segment: head.segment, offset: base + start))
        }
        return nil
    }
}
