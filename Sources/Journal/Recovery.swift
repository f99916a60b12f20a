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
    var idsFiles: CheckpointFiles
    /// The checkpoint of the ids that was used, and how many bytes were read behind it.
    var idsThrough: UInt64
    var bytesRead = 0
    /// Whether a torn batch was removed.
    var hadTorn = false
    /// Bytes of the copies of torn batches, of this start and of earlier ones.
    var tornBytes = 0
}

/// Brings a journal's folder from whatever a crash left to a state that may be promised.
///
/// 1. The ids' checkpoint gives the index; the segments behind it are read, each batch checked,
///    its records added to the index.
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
        var recovered = try loadCheckpoints()
        var used = try findUsed()
        try checkNumbers(used)
        try checkUnused(after: used.last?.number)
        guard let first = used.first else {
            try checkEmpty(&recovered)
            try addUnused(to: &recovered, after: nil)
            return recovered
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
            try cut(torn)
            recovered.hadTorn = true
        }
        if let last = end.last { try settle(last) }
        recovered.tornBytes = try JournalError.wrap { () throws(FileError) in
            try folder.tornBytes()
        }
        try addUnused(to: &recovered, after: used.last?.number)
        return recovered
    }

    // MARK: - Checkpoints

    private func loadCheckpoints() throws(JournalError) -> Recovered {
        try JournalError.wrap { () throws(FileError) in
            var publish = try CheckpointFiles(
                .publish, in: folder, journal: journal, bytes: CheckpointHead.pageBytes)
            var ids = try CheckpointFiles(
                .ids, in: folder, journal: journal,
                bytes: IdsCheckpoint.fileBytes(configuration.dedup))
            let published = try publish.load { head, sum, _ in (sum, head.position) }
            let index = try ids.load { head, sum, file throws(FileError) in
                try IdsCheckpoint.read(head, sum, file, configuration.dedup)
            }
            for path in publish.damaged + ids.damaged {
                log.warning("checkpoint damaged, the other one is used", ["file": .string(path)])
            }
            let kept = index ?? DedupIndex(configuration.dedup, next: 1)
            return Recovered(
                journal: journal, index: kept, segments: [],
                published: published ?? PublishPosition(through: 0),
                publishFiles: publish, idsFiles: ids, idsThrough: kept.next - 1)
        }
    }

    /// The index has an entry for each record in turn: where records are missing between the
    /// checkpoint and the oldest segment, it starts with that one.
    private func adjust(
        _ recovered: inout Recovered, toStartAt first: UInt64
    ) throws(JournalError) {
        if recovered.index.next < first {
            log.warning(
                "ids lost: no checkpoint reaches the oldest segment", ["first": LogValue(first)])
            recovered.index = DedupIndex(configuration.dedup, next: first)
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
    private func checkEmpty(_ recovered: inout Recovered) throws(JournalError) {
        if recovered.publishFiles.isUnknown, recovered.idsFiles.isUnknown { return }
        guard recovered.published == PublishPosition(through: recovered.idsThrough) else {
            throw .damaged(
                path: folder.path,
                reason: "it has no records, but its checkpoints are at "
                    + "\(recovered.published.lowest) and \(recovered.idsThrough)")
        }
    }

    /// What a checkpoint covers was durable: the segments must reach it.
    ///
    /// The index alone does not tell: it is as long as its checkpoint where the segments are
    /// shorter.
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

    private struct End {
        var torn: (number: UInt64, offset: Int, whole: Int)?
        var last: (number: UInt64, offset: Int, whole: Int)?
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
        recovered.segments = used[..<start].enumerated().map { index, segment in
            Segment(
                number: segment.number, first: segment.firstSequence,
                used: configuration.fileBytes, prepared: 0,
                newest: used[index + 1].head.writtenAt, bytes: segment.bytes)
        }
        var expected = used[start].firstSequence
        var end = End(next: expected)
        for index in start..<used.count {
            let isLast = index == used.count - 1
            let (number, first) = (used[index].number, expected)
            var reader = try SegmentRecovery(scan, number, expected: expected)
            let reading = try reader.run(into: &recovered)
            if let last = reader.last { end.last = (number, last.offset, last.whole) }
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
                end.torn = (number, reader.end, whole)
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
    ) throws(JournalError) -> (number: UInt64, offset: Int, whole: Int)? {
        try JournalError.wrap { () throws(FileError) in
            for (number, offset) in [last, (last.number + 1, 0)] where numbers.contains(number) {
                if let whole = try scan.remains(number, at: offset, first: sequence) {
                    return (number, offset, whole)
                }
            }
            return nil
        }
    }

    private func startsSound(_ number: UInt64) throws(JournalError) -> Bool {
        try JournalError.wrap { () throws(FileError) in
            var cursor = try scan.cursor(number)
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
        let snapshot = recovered.index.snapshot(through: recovered.idsThrough)
        var files = recovered.idsFiles
        try JournalError.wrap { () throws(FileError) in
            try IdsCheckpoint.write(snapshot, to: &files)
        }
        recovered.idsFiles = files
    }

    /// Keeps a copy of what is torn, and zeroes it: nothing of it may read as ours later.
    private func cut(
        _ torn: (number: UInt64, offset: Int, whole: Int)
    ) throws(JournalError) {
        let aside = try JournalError.wrap { () throws(FileError) in
            let file = try folder.files.open(folder.segment(torn.number), .write)
            let count = min(torn.whole, try file.size() - torn.offset)
            var bytes = [UInt8](repeating: 0, count: count)
            _ = try file.read(into: &bytes, 0..<count, at: torn.offset)
            let aside = try keepAside(bytes, torn.number, torn.offset)
            try file.write([UInt8](repeating: 0, count: count).span, at: torn.offset)
            try file.sync()
            return aside
        }
        log.error(
            "torn batch removed: never acknowledged, or damaged by the disk since",
            [
                "segment": LogValue(torn.number), "offset": LogValue(torn.offset),
                "copy": .string(aside ?? "none, the disk is full"),
            ])
    }

    /// Writes the copy, and returns its path; nil if there is no room for it, which must not keep
    /// the journal from starting.
    private func keepAside(
        _ bytes: [UInt8], _ number: UInt64, _ offset: Int
    ) throws(FileError) -> String? {
        let path = try folder.torn(number, offset: offset)
        do throws(FileError) {
            try folder.files.replace(path, with: bytes)
            return path
        } catch {
            guard error.isNoSpace else { throw error }
            try? folder.files.remove(path + ".new")
            return nil
        }
    }

    /// Writes the last batch again and syncs it: it may be in the page cache only.
    private func settle(
        _ last: (number: UInt64, offset: Int, whole: Int)
    ) throws(JournalError) {
        try JournalError.wrap { () throws(FileError) in
            let file = try folder.files.open(folder.segment(last.number), .write)
            var bytes = [UInt8](repeating: 0, count: last.whole)
            guard try file.read(into: &bytes, 0..<last.whole, at: last.offset) == last.whole else {
                throw .cutShort(path: file.path, offset: last.offset, wanted: last.whole)
            }
            try file.write(bytes.span, at: last.offset)
            try file.sync()
            try folder.files.syncFolder(folder.path)
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
