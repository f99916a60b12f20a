internal import Files
internal import Threads

/// Reads the journal's records in order, up to the last that is on disk, and follows it.
///
/// For one thread. It holds the segment that it reads, so that this is not used again meanwhile.
package final class JournalReader {
    private static let pieceBytes = 1 << 20

    private let writer: JournalWriter
    private var cursor: BatchCursor
    private var names = NameCache()
    /// Sequence of the record that `next` gives.
    private var expected: UInt64
    private var known: JournalWriter.Durable
    /// The rest of the batch in the cursor's buffer: where its next record starts, and its end.
    private var position = 0
    private var end = 0
    private var sequence: UInt64 = 0

    init(_ writer: JournalWriter, after last: UInt64) throws(JournalError) {
        self.writer = writer
        expected = last + 1
        known = writer.durable.withLock { $0 }
        let number = try writer.state.withLock { state throws(JournalError) in
            guard last <= state.durable, let segment = state.segment(holding: last + 1) else {
                throw JournalError.outside(
                    sequence: last + 1, first: state.segments[0].first, last: state.durable)
            }
            state.hold(segment.number)
            return segment.number
        }
        do {
            cursor = try Self.cursor(writer, number)
        } catch {
            writer.state.withLock { $0.letGo(number) }
            throw .file(error)
        }
    }

    deinit {
        writer.state.withLock { [number = cursor.segment] in $0.letGo(number) }
    }

    private static func cursor(
        _ writer: JournalWriter, _ number: UInt64
    ) throws(FileError) -> BatchCursor {
        let file = try writer.folder.files.open(writer.folder.segment(number), .read)
        return BatchCursor(
            file, segment: number, journal: writer.journal, limit: 0,
            pieceBytes: min(pieceBytes, try file.size()))
    }

    /// The next record; nil where no further one is on disk yet.
    package func next() throws(JournalError) -> JournalRecord? {
        while true {
            if position < end {
                if let record = try nextInBatch() { return record }
                continue
            }
            if expected > known.sequence {
                known = writer.durable.withLock { $0 }
                guard expected <= known.sequence else { return nil }
            }
            try nextBatch()
        }
    }

    /// The batch's next record; nil where it comes before the first that is asked for.
    private func nextInBatch() throws(JournalError) -> JournalRecord? {
        let buffer = cursor.buffer
        let bytes = buffer.span.extracting(0..<end)
        guard let layout = RecordLayout(bytes, at: position) else {
            throw corrupt("a record that does not fit its batch")
        }
        defer {
            position = layout.end
            sequence += 1
        }
        guard sequence == expected else { return nil }
        expected += 1
        return layout.record(bytes, sequence: sequence, names: &names)
    }

    private func nextBatch() throws(JournalError) {
        let isLast = cursor.segment == known.segment
        let reading = try JournalError.wrap { () throws(FileError) in
            cursor.limit = isLast ? known.offset : try cursor.size()
            return try cursor.next()
        }
        switch reading {
        case .batch(let head):
            guard head.firstSequence <= expected else {
                throw .corrupt(
                    segment: path, offset: cursor.offset - head.whole,
                    reason: "record \(head.firstSequence) where \(expected) belongs")
            }
            sequence = head.firstSequence
            position = cursor.recordsStart
            end = position + head.length
            if head.nextSequence <= expected { position = end }
        case .absent where !isLast:
            try JournalError.wrap { () throws(FileError) in try nextSegment() }
        case .absent, .torn: throw corrupt("a promised batch is damaged")
        case .corrupt(let reason): throw corrupt(reason)
        }
    }

    private func nextSegment() throws(FileError) {
        let number = cursor.segment
        let next = try Self.cursor(writer, number + 1)
        writer.state.withLock { state in
            state.hold(number + 1)
            state.letGo(number)
        }
        cursor = next
    }

    private var path: String { writer.folder.segment(cursor.segment) }

    private func corrupt(_ reason: String) -> JournalError {
        .corrupt(segment: path, offset: cursor.offset, reason: reason)
    }
}
