internal import Files

/// Reads the batches of a folder in order beside whoever writes it, and says what is damaged.
///
/// It reads what was there when it began. Damage is looked at again before it is called so: what
/// the writer was about to write is whole soon, and a batch is whole when a later one is there.
struct JournalWalk {
    /// What comes next.
    enum Step {
        /// The batch lies in the buffer.
        case batch(BatchHead, offset: Int)
        /// The segment was given up while, or before, it was read: its records are published.
        case gone(UInt64)
        case fault(JournalFault)
    }

    private let scan: SegmentScan
    private let patience: Patience
    /// The segments that are to be read yet; the last one is the last that holds records.
    private var numbers: ArraySlice<UInt64>
    private var cursor: BatchCursor?
    /// Sequence of the record that comes next; nil where any may.
    private(set) var expected: UInt64?
    /// Where the segment before ended, until it is known that the next one goes on from there.
    private var before: End?
    /// What comes after a fault.
    private var pending: Step?
    /// Whether records are missing that a fault has told of.
    private var hasSkipped = false

    private struct End {
        let segment: UInt64
        let offset: Int
        let isTorn: Bool
    }

    /// From the segment on that holds this record.
    init(_ files: JournalFiles, from first: UInt64 = 1) throws(JournalError) {
        scan = files.scan
        patience = files.patience
        let used = try Self.used(scan)
        numbers = used[...]
        guard first > 1 else { return }
        // Segments that went meanwhile hold none of the records that are left.
        while numbers.count > 1, let next = numbers.dropFirst().first {
            let head = try Self.head(scan, next)
            guard head.map({ $0.firstSequence <= first }) ?? false else { break }
            numbers = numbers.dropFirst()
        }
    }

    /// The segments that are there, up to the last that holds records.
    private static func used(_ scan: SegmentScan) throws(JournalError) -> [UInt64] {
        var numbers = try JournalError.wrap { () throws(FileError) in try scan.folder.segments() }
        while let last = numbers.last, try head(scan, last) == nil { numbers.removeLast() }
        return numbers
    }

    private static func head(
        _ scan: SegmentScan, _ number: UInt64
    ) throws(JournalError) -> BatchHead? {
        do {
            return try scan.firstHead(number)
        } catch {
            if error.isMissing { return nil }
            throw .file(error)
        }
    }

    /// The last segment that holds records.
    var last: UInt64? { numbers.last }

    /// The bytes of the batch last given.
    var buffer: [UInt8] { cursor?.buffer ?? [] }

    /// Where its records begin in the buffer.
    var recordsStart: Int { cursor?.recordsStart ?? 0 }

    /// What comes next; nil at the end.
    mutating func next() throws(JournalError) -> Step? {
        if let step = pending {
            pending = nil
            return step
        }
        while true {
            guard let number = cursor?.segment ?? numbers.first else { return nil }
            do throws(FileError) {
                if let step = try step(number) { return step }
            } catch {
                guard error.isMissing else { throw .file(error) }
                return try leave(number)
            }
        }
    }

    /// One look; nil where the segment is at its end.
    private mutating func step(_ number: UInt64) throws(FileError) -> Step? {
        if cursor == nil { cursor = try scan.cursor(number) }
        guard var current = cursor.take() else { return nil }
        let offset = current.offset
        let reading = try current.next()
        cursor = current
        if case .batch(let head) = reading { return take(head, at: offset) }
        return try look(again: reading, number, offset)
    }

    private mutating func take(_ head: BatchHead, at offset: Int) -> Step {
        let batch = Step.batch(head, offset: offset)
        let fault = fault(before: head, at: offset)
        expected = head.nextSequence
        before = nil
        hasSkipped = false
        guard let fault else { return batch }
        pending = batch
        return .fault(fault)
    }

    /// What is wrong where this batch follows.
    private func fault(before head: BatchHead, at offset: Int) -> JournalFault? {
        let isNext = expected.map { $0 == head.firstSequence } ?? true
        if let before, before.isTorn {
            let path = scan.folder.segment(before.segment)
            return isNext
                ? JournalFault(
                    .recoverable, path, offset: before.offset,
                    "a damaged batch without a record: they go on without a gap")
                : JournalFault(
                    .corrupt, path, offset: before.offset,
                    "a promised batch is damaged\(missing(before: head))")
        }
        guard !isNext, !hasSkipped else { return nil }
        let place = before.map { ($0.segment, $0.offset) } ?? (head.segment, offset)
        return JournalFault(
            .corrupt, scan.folder.segment(place.0), offset: place.1,
            "batches are missing or do not belong here\(missing(before: head))")
    }

    private func missing(before head: BatchHead) -> String {
        guard let expected, expected != head.firstSequence else { return "" }
        return expected < head.firstSequence
            ? ": records \(expected) to \(head.firstSequence - 1) are missing"
            : ": record \(head.firstSequence) where \(expected) belongs"
    }

    // MARK: - Where no batch is

    /// What it is that cannot be read as a batch.
    private mutating func look(
        again reading: BatchReading, _ number: UInt64, _ offset: Int
    ) throws(FileError) -> Step? {
        let behind = try scan.nextBatch(number, behind: offset)
        // Only now: what is behind it, or in the next segment, was begun when this was whole.
        let (now, head) = try read(number, offset)
        if let head { return take(head, at: offset) }
        if let behind { return try skip(to: behind, now, number, offset) }
        if case .corrupt(let reason) = now {
            return .fault(
                leave(number, JournalFault(.corrupt, path(number), offset: offset, reason)))
        }
        let isTorn = now != .absent
        guard number == numbers.last else {
            if offset == 0, !isTorn {
                return .fault(leave(number, firstDamaged(number)))
            }
            if let before, before.isTorn { return .fault(twoTorn(number, before)) }
            leave(number, End(segment: number, offset: offset, isTorn: isTorn))
            return nil
        }
        return try end(number, offset)
    }

    /// The end of what is there: a batch that is not whole, or nothing.
    private mutating func end(_ number: UInt64, _ offset: Int) throws(FileError) -> Step? {
        var patience = patience
        repeat {
            let (now, head) = try read(number, offset)
            if let head { return take(head, at: offset) }
            let remains = try expected.flatMap { (sequence) throws(FileError) in
                try scan.remains(number, at: offset, first: sequence)
            }
            guard now != .absent || remains != nil else {
                leave(number, nil)
                return nil
            }
        } while patience.again()
        if let before, before.isTorn { return .fault(twoTorn(number, before)) }
        return .fault(
            leave(
                number,
                JournalFault(.torn, path(number), offset: offset, "the last batch is not whole")))
    }

    /// What stands at the offset now; behind a batch the walk goes on.
    private mutating func read(
        _ number: UInt64, _ offset: Int
    ) throws(FileError) -> (BatchReading, BatchHead?) {
        var again = try scan.cursor(number, offset: offset)
        let reading = try again.next()
        guard case .batch(let head) = reading else { return (reading, nil) }
        cursor = again
        return (reading, head)
    }

    /// Promised bytes are damaged: goes on at the next sound batch.
    private mutating func skip(
        to behind: Int, _ reading: BatchReading, _ number: UInt64, _ offset: Int
    ) throws(FileError) -> Step? {
        var next = try scan.cursor(number, offset: behind)
        guard case .batch(let head) = try next.next() else { return nil }
        let lost = missing(before: head)
        cursor = try scan.cursor(number, offset: behind)
        hasSkipped = true
        let reason =
            if case .corrupt(let text) = reading { text } else {
                offset == 0 && reading == .absent
                    ? "its first batch is damaged" : "a promised batch is damaged"
            }
        return .fault(JournalFault(.corrupt, path(number), offset: offset, reason + lost))
    }

    // MARK: - From segment to segment

    private mutating func leave(_ number: UInt64, _ end: End?) {
        cursor = nil
        numbers = numbers.drop { $0 <= number }
        before = end
        checkNext(number)
    }

    private mutating func leave(_ number: UInt64, _ fault: JournalFault) -> JournalFault {
        leave(number, End?.none)
        hasSkipped = true
        return fault
    }

    /// The segment is not there: given up, or taken away while older ones are there.
    private mutating func leave(_ number: UInt64) throws(JournalError) -> Step {
        let isOldest = try JournalError.wrap { () throws(FileError) in
            try scan.folder.segments().first.map { $0 > number } ?? true
        }
        leave(number, End?.none)
        guard !isOldest else {
            expected = nil
            return .gone(number)
        }
        hasSkipped = true
        return .fault(JournalFault(.corrupt, path(number), "the file is missing"))
    }

    /// The numbers have no gap: the next one is looked for where it belongs.
    private mutating func checkNext(_ number: UInt64) {
        guard let next = numbers.first, next > number + 1 else { return }
        numbers = [number + 1] + numbers
    }

    private func firstDamaged(_ number: UInt64) -> JournalFault {
        JournalFault(.corrupt, path(number), offset: 0, "its first batch is damaged")
    }

    private mutating func twoTorn(_ number: UInt64, _ end: End) -> JournalFault {
        leave(
            number,
            JournalFault(
                .corrupt, path(end.segment), offset: end.offset,
                "a promised batch is damaged, and the next segment holds none that is whole"))
    }

    private func path(_ number: UInt64) -> String { scan.folder.segment(number) }
}
