internal import Files
internal import Telemetry
internal import Threads

/// What a recovery found: everything the writer needs to go on.
struct Recovered {
    let journal: JournalID
    var index: DedupIndex
    /// The segments that hold records, oldest first; the last one is written on.
    var segments: [Segment]
    /// A segment that is there and holds nothing yet.
    var following: Segment?
    var published: PublishPosition
    var publishFiles: CheckpointFiles
    var ring: IdsRing
    /// The last record whose id the disk had.
    var idsThrough: UInt64
    /// Whether version 0.1.0 left ids that are to be taken over.
    var hasFormerIds = false
    var bytesRead = 0
    /// Whether a torn batch was removed.
    var hadTorn = false
    /// Bytes of the copies of torn batches, of this start and of earlier ones.
    var tornBytes = 0
}

/// Brings a journal's folder from whatever a crash left to a state that may be promised.
///
/// 1. The ring of ids gives the index; the segments behind it are read, each batch checked, its
///    records added to the index. After a clean stop nothing is behind it, and only the end mark
///    is read.
/// 2. Where the batches end: a sound batch further on means that promised bytes are damaged, and
///    nothing is touched. Otherwise what is damaged is the one batch that was on its way: it is
///    kept aside and cut.
/// 3. The last sound batch is the only one that may not have been synced: it is written again,
///    byte for byte, and synced, before anybody is told that it is there.
///
/// Stopped anywhere, it can be run again.
struct Recovery {
    private let folder: JournalFolder
    private let configuration: JournalConfiguration
    private let log: Log
    private let scan: SegmentScan
    private let journal: JournalID
    private let numbers: [UInt64]

    init(
        _ folder: JournalFolder, _ configuration: JournalConfiguration, log: Log
    ) throws(JournalError) {
        self.folder = folder
        self.configuration = configuration
        self.log = log
        let numbers = try JournalError.wrap { () throws(FileError) in try folder.segments() }
        self.numbers = numbers
        journal = try folder.journalID(isNew: numbers.isEmpty)
        scan = SegmentScan(folder: folder, journal: journal)
    }

    func run() throws(JournalError) -> Recovered {
        var used = try findUsed()
        var recovered = try loadCheckpoints(segmentsFrom: used.first)
        try checkNumbers(used)
        if let mark = try endMark(recovered, used) {
            try adjust(&recovered, toStartAt: used[0].firstSequence)
            recovered.segments = segments(used, read: used.count - 1)
            recovered.segments.append(mark)
            try checkReach(recovered, last: recovered.index.next - 1)
            return try finish(recovered, after: mark.number)
        }
        try checkUnused(after: used.last?.number)
        guard let first = used.first else {
            try checkEmpty(recovered)
            return try finish(recovered, after: nil)
        }
        if used.count == 1, try !startsSound(first.number) {
            // Its only batch is damaged, so its numbers may be, too.
            used[0].firstSequence = max(recovered.index.next, recovered.published.through + 1)
        }
        let known = recovered.idsThrough
        try adjust(&recovered, toStartAt: used[0].firstSequence)
        let end = try read(used, into: &recovered)
        try checkReach(recovered, last: end.next - 1)
        if let torn = end.torn {
            if end.last == nil, recovered.idsThrough > known { try keepNumbers(&recovered) }
            try mending.cut(torn)
            recovered.hadTorn = true
        }
        if let last = end.last { try mending.settle(last) }
        return try finish(recovered, after: used.last?.number)
    }

    /// What is left to do when all that is promised is safe.
    private func finish(
        _ recovered: consuming Recovered, after last: UInt64?
    ) throws(JournalError) -> Recovered {
        var recovered = recovered
        let ids = ids
        try JournalError.wrap { () throws(FileError) in
            recovered.tornBytes = try folder.tornBytes()
            try ids.settle(&recovered)
        }
        try addUnused(to: &recovered, after: last)
        return recovered
    }

    // MARK: - Checkpoints

    private var mending: SegmentMending { SegmentMending(folder, log) }

    private var ids: IdsRecovery { IdsRecovery(folder, journal, configuration.dedup, log) }

    private func loadCheckpoints(segmentsFrom first: Used?) throws(JournalError) -> Recovered {
        // Damaged, the first segment does not say where it begins.
        let start = try first.flatMap { first throws(JournalError) in
            try startsSound(first.number) ? first.firstSequence : nil
        }
        return try JournalError.wrap { () throws(FileError) in
            var publish = try CheckpointFiles(
                .publish, in: folder, journal: journal, bytes: CheckpointHead.pageBytes)
            let published = try publish.load { head, sum, _ in (sum, head.position) }
            for path in publish.damaged {
                log.warning("checkpoint damaged, the other one is used", ["file": .string(path)])
            }
            let found = try ids.load(segmentsFrom: start ?? .max)
            return Recovered(
                journal: journal, index: found.index, segments: [],
                published: published ?? PublishPosition(through: 0), publishFiles: publish,
                ring: found.ring, idsThrough: found.through, hasFormerIds: found.hasFormer)
        }
    }

    /// The index has an entry for each record in turn: where records are missing between it and
    /// the oldest segment, it goes on with that one.
    private func adjust(
        _ recovered: inout Recovered, toStartAt first: UInt64
    ) throws(JournalError) {
        if recovered.index.next < first {
            ids.tellLost(recovered.index.next..<first)
            recovered.index.skip(to: first)
            recovered.idsThrough = first - 1
        }
        if recovered.published.lowest + 1 < first {
            // A segment goes when both checkpoint files are past it.
            guard recovered.publishFiles.isUnknown else {
                throw .damaged(
                    path: folder.path,
                    reason: "its records begin at \(first), but only those up to "
                        + "\(recovered.published.lowest) are published")
            }
            log.warning(
                "no publish checkpoint: everything in the journal is published again",
                ["first": LogValue(first)])
            recovered.published = PublishPosition(through: first - 1)
        }
    }

    /// Without a record in any segment, those that were there have been published and given up.
    private func checkEmpty(_ recovered: Recovered) throws(JournalError) {
        if recovered.publishFiles.isUnknown, recovered.idsThrough == 0 { return }
        if let stop = recovered.ring.stop, !recovered.hasFormerIds { throw stop.isGone(folder) }
        guard recovered.published == PublishPosition(through: recovered.idsThrough) else {
            throw .damaged(
                path: folder.path,
                reason: "it has no records, but its checkpoints are at "
                    + "\(recovered.published.lowest) and \(recovered.idsThrough)")
        }
    }

    /// What a checkpoint covers was durable: the segments must reach it.
    ///
    /// The index alone does not tell: it is as long as the ring where the segments are shorter.
    private func checkReach(_ recovered: Recovered, last: UInt64) throws(JournalError) {
        for (name, through) in [
            ("publish", recovered.published.through), ("ids", recovered.idsThrough),
        ] where through > last {
            throw .damaged(
                path: folder.path,
                reason: "its records end at \(last), but the \(name) checkpoint is at \(through)")
        }
    }

    // MARK: - Segments

    private struct Used {
        let number: UInt64
        let head: BatchHead
        /// Of its first batch, as far as that can be believed.
        var firstSequence: UInt64
        let bytes: Int
    }

    private func findUsed() throws(JournalError) -> [Used] {
        var used: [Used] = []
        for number in numbers {
            let found = try JournalError.wrap { () throws(FileError) in
                try scan.firstHead(number).map { head throws(FileError) in
                    Used(
                        number: number, head: head, firstSequence: head.firstSequence,
                        bytes: try scan.size(number))
                }
            }
            if let found { used.append(found) }
        }
        return used
    }

    /// Segments that hold records have no gap between them, and what holds none lies behind.
    private func checkNumbers(_ used: [Used]) throws(JournalError) {
        guard let first = used.first, let last = used.last else { return }
        let between = numbers.filter { $0 >= first.number && $0 <= last.number }
        for (expected, number) in zip(first.number..., between) where expected != number {
            throw corrupt(expected, 0, "the file is missing")
        }
        for number in numbers where number < last.number {
            if !used.contains(where: { $0.number == number }) {
                throw corrupt(number, 0, "its first batch is damaged")
            }
        }
    }

    /// What holds no first batch holds no other one either.
    private func checkUnused(after last: UInt64?) throws(JournalError) {
        for number in numbers where last.map({ number > $0 }) ?? true {
            let isDamaged = try JournalError.wrap { () throws(FileError) in
                try scan.hasBatch(number, behind: 0)
            }
            if isDamaged { throw corrupt(number, 0, "its first batch is damaged") }
        }
    }

    /// The segments before this one, as far as the frames of the first batches tell.
    private func segments(_ used: [Used], read start: Int) -> [Segment] {
        used[..<start].enumerated().map { index, segment in
            Segment(
                number: segment.number, first: segment.firstSequence,
                used: configuration.fileBytes, prepared: 0,
                newest: used[index + 1].head.writtenAt, bytes: segment.bytes)
        }
    }

    /// The last segment, if the journal was stopped cleanly, its end mark is there with nothing
    /// behind it, and the ring has every id before it; nil where all must be read.
    private func endMark(
        _ recovered: Recovered, _ used: [Used]
    ) throws(JournalError) -> Segment? {
        guard let stop = recovered.ring.stop, stop.next == recovered.index.next,
            let last = used.last, last.number == stop.segment,
            !recovered.hasFormerIds, try startsSound(last.number)
        else { return nil }
        return try JournalError.wrap { () throws(FileError) in
            var cursor = try scan.cursor(last.number, offset: stop.offset, isShort: true)
            guard case .batch(let mark) = try cursor.next(), mark.kind == .endMark,
                mark.firstSequence == stop.next, try cursor.next() == .absent
            else { return nil }
            return Segment(
                number: last.number, first: last.firstSequence, used: cursor.offset, prepared: 0,
                newest: mark.writtenAt, bytes: last.bytes)
        }
    }

    private struct End {
        var torn: SegmentMending.Batch?
        var last: SegmentMending.Batch?
        /// Sequence of the record that comes next.
        var next: UInt64
    }

    /// Reads what the index does not know yet, to the end.
    private func read(
        _ used: [Used], into recovered: inout Recovered
    ) throws(JournalError) -> End {
        // Where the last segment's first batch is damaged its number may be, too, and the last
        // sound batch is in the segment before.
        let believed = try startsSound(used[used.count - 1].number) ? used[...] : used.dropLast()
        let start = believed.lastIndex { $0.firstSequence <= recovered.index.next } ?? 0
        recovered.segments = segments(used, read: start)
        var expected = used[start].firstSequence
        var end = End(next: expected)
        for index in start..<used.count {
            let isLast = index == used.count - 1
            let (number, first) = (used[index].number, expected)
            var reader = try SegmentRecovery(scan, number, expected: expected)
            let reading = try reader.run(into: &recovered)
            if let last = reader.last {
                end.last = .init(number: number, offset: last.offset, whole: last.whole)
            }
            expected = reader.expected
            end.next = expected
            recovered.segments.append(
                Segment(
                    number: number, first: first, used: reader.end, prepared: 0,
                    newest: reader.newest, bytes: used[index].bytes))
            if !isLast, try startsSound(used[index + 1].number) {
                guard used[index + 1].firstSequence == expected else {
                    throw corrupt(number, reader.end, "batches are missing")
                }
                continue
            }
            let isDamaged = try JournalError.wrap { () throws(FileError) in
                try scan.hasBatch(number, behind: reader.end)
            }
            if isDamaged { throw corrupt(number, reader.end, "a promised batch is damaged") }
            if case .torn(let whole) = reading {
                guard isLast else { throw corrupt(number, reader.end, "two torn batches") }
                end.torn = .init(number: number, offset: reader.end, whole: whole)
            } else if isLast {
                end.torn = try remains(of: expected, in: (number, reader.end))
            }
        }
        return end
    }

    /// What is left of a batch whose frame does not even say any more that it is ours, where the
    /// batches end or in the segment after.
    private func remains(
        of sequence: UInt64, in last: (number: UInt64, offset: Int)
    ) throws(JournalError) -> SegmentMending.Batch? {
        try JournalError.wrap { () throws(FileError) in
            for (number, offset) in [last, (last.number + 1, 0)] where numbers.contains(number) {
                if let whole = try scan.remains(number, at: offset, first: sequence) {
                    return .init(number: number, offset: offset, whole: whole)
                }
            }
            return nil
        }
    }

    private func startsSound(_ number: UInt64) throws(JournalError) -> Bool {
        try JournalError.wrap { () throws(FileError) in
            var cursor = try scan.cursor(number, isShort: true)
            guard case .batch = try cursor.next() else { return false }
            return true
        }
    }

    private func corrupt(_ number: UInt64, _ offset: Int, _ reason: String) -> JournalError {
        .corrupt(segment: folder.segment(number), offset: offset, reason: reason)
    }

    // MARK: - Mending

    /// Before the only batch goes: from then on nothing but the checkpoints tells where the journal
    /// stands, and a start without records wants both to say the same.
    private func keepNumbers(_ recovered: inout Recovered) throws(JournalError) {
        let ids = ids
        try JournalError.wrap { () throws(FileError) in
            try recovered.ring.settle(configuration.dedup)
            try ids.write(recovered.index, through: recovered.idsThrough, to: &recovered.ring)
        }
    }

    /// Opens what is written next; what is left over is removed.
    private func addUnused(
        to recovered: inout Recovered, after last: UInt64?
    ) throws(JournalError) {
        let unused = numbers.filter { number in last.map { number > $0 } ?? true }
        try JournalError.wrap { () throws(FileError) in
            if let index = recovered.segments.indices.last {
                let file = try folder.files.open(
                    folder.segment(recovered.segments[index].number), .write)
                let size = try file.size()
                recovered.segments[index].prepared = size
                recovered.segments[index].bytes = max(size, configuration.fileBytes)
                recovered.segments[index].file = file
            }
            for number in unused {
                let expected = recovered.segments.last.map { $0.number + 1 } ?? number
                guard recovered.following == nil, number == expected else {
                    try folder.files.remove(folder.segment(number))
                    continue
                }
                let file = try folder.files.open(folder.segment(number), .write)
                let size = try file.size()
                recovered.following = Segment(
                    number: number, first: recovered.index.next, used: 0, prepared: size,
                    newest: 0, file: file, bytes: max(size, configuration.fileBytes))
            }
            try folder.files.syncFolder(folder.path)
        }
    }
}
