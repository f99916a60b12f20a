internal import Files
internal import Telemetry
internal import Threads

/// The journal's helper: prepares segments ahead of the writer and writes the checkpoints.
///
/// It alone creates, renames and removes segment files. When there is no space, it says so to the
/// writer and tries again; any other error, and every error of a sync, ends the journal.
final class SegmentKeeper: Sendable {
    /// What only the helper touches, or who takes over when it has ended.
    private struct Checkpoints {
        var publish: CheckpointFiles
        var ids: IdsRing
        var marks: WaterMarks
        /// When the publisher's was last written, by the monotonic clock.
        var publishedAt: UInt64 = 0
        var saidDropped = 0
        var saidAt: UInt64 = 0
    }

    private struct Signal {
        var isWoken = false
        var isStopping = false
    }

    private let state: Monitor<JournalState>
    private let files: Monitor<Checkpoints>
    private let signal = Monitor(Signal())
    /// What is zeroed for one sync.
    private let zeros: [UInt8]
    private let configuration: JournalConfiguration
    private let folder: JournalFolder
    private let log: Log
    private let metrics: JournalMetrics

    init(
        _ state: Monitor<JournalState>, _ publish: CheckpointFiles, _ ids: IdsRing,
        _ configuration: JournalConfiguration, _ folder: JournalFolder, log: Log,
        metrics: JournalMetrics
    ) {
        self.state = state
        files = Monitor(
            Checkpoints(publish: publish, ids: ids, marks: WaterMarks(configuration)))
        zeros = [UInt8](repeating: 0, count: configuration.stepBytes)
        self.configuration = configuration
        self.folder = folder
        self.log = log
        self.metrics = metrics
    }

    /// Makes the first segment of a journal, with little room, so that starting is quick.
    static func first(
        _ recovered: Recovered, _ configuration: JournalConfiguration, _ folder: JournalFolder
    ) throws(FileError) -> Segment {
        if let following = recovered.following { return following }
        let file = try folder.files.open(folder.segment(1), .create)
        let room = min(configuration.fileBytes, configuration.stepBytes)
        try file.write([UInt8](repeating: 0, count: room).span, at: 0)
        try file.sync()
        try folder.files.syncFolder(folder.path)
        return Segment(
            number: 1, first: recovered.index.next, used: 0, prepared: room, newest: 0, file: file,
            bytes: configuration.fileBytes)
    }

    // MARK: - The thread

    /// There is something to prepare.
    func wake() {
        signal.update { $0.isWoken = true }
    }

    /// Lets `run` return.
    func stop() {
        signal.update { $0.isStopping = true }
    }

    /// Works until `stop()`.
    func run() {
        while !signal.withLock({ $0.isStopping }) {
            do throws(FileError) {
                if try step(.now()) { continue }
            } catch {
                state.update { $0.failure = .file(error) }
                return
            }
            let pause = Duration.milliseconds(configuration.checkpointMilliseconds)
            _ = signal.wait(upTo: pause) { signal in
                guard signal.isWoken || signal.isStopping else { return Void?.none }
                signal.isWoken = false
                return ()
            }
        }
    }

    /// Brings the checkpoint up to date where it is time, writes a chunk of ids where one is full,
    /// and does one step of preparing; whether there is more to do at once.
    ///
    /// `run` does it again and again.
    func step(_ now: Moment) throws(FileError) -> Bool {
        try writePublished(every: configuration.checkpointMilliseconds, now)
        let hasWritten = try writeIds(onlyFull: true)
        sayDropped(now)
        if try prepare(now) || hasWritten { return true }
        try removeSurplus(now)
        return false
    }

    /// Writes the last checkpoint and the ids that are not written yet, with the end mark's place
    /// where there is one.
    func finish(endMark: StopMark?) throws(FileError) {
        try writePublished()
        while try writeIds(onlyFull: false) {}
        guard let endMark else { return }
        try files.withLock { files throws(FileError) in
            try files.ids.write(IdsSnapshot(oldest: 0), stop: endMark)
        }
    }

    // MARK: - Checkpoints

    /// Brings the older file up to date, at most this often; once more where nothing new came, so
    /// that both files have it.
    private func writePublished(
        every milliseconds: Int, _ now: Moment
    ) throws(FileError) {
        let isDue = files.withLock { files in
            let passed = now.monotonic - files.publishedAt
            guard passed >= UInt64(milliseconds) * 1_000_000 else { return false }
            files.publishedAt = now.monotonic
            return true
        }
        if isDue { try writePublished() }
    }

    /// Brings the older file up to date.
    func writePublished() throws(FileError) {
        let published = state.withLock { $0.published }
        try files.withLock { files throws(FileError) in
            guard !files.publish.bothHold(published) else { return }
            try files.publish.write(published)
        }
    }

    /// Writes ids that are on no disk but in records, a chunk, or as many as there is room for where
    /// chunks need not be full; whether there were any.
    private func writeIds(onlyFull: Bool) throws(FileError) -> Bool {
        try files.withLock { files throws(FileError) in
            let limit = onlyFull ? 1 : files.ids.room
            let snapshot = state.withLock { [covered = files.ids.covered] state in
                state.index.chunks(
                    after: covered, through: state.durable, onlyFull: onlyFull, atMost: limit)
            }
            guard !snapshot.chunks.isEmpty else { return false }
            try files.ids.write(snapshot)
            return true
        }
    }

    private func sayDropped(_ now: Moment) {
        let (dropped, capped) = state.withLock { state in
            defer { state.capped = 0 }
            return (state.index.droppedEarly, state.capped)
        }
        metrics.cappedIds.add(capped)
        files.withLock { files in
            guard dropped > files.saidDropped else { return }
            metrics.droppedIds.add(dropped - files.saidDropped)
            files.saidDropped = dropped
            let passed = now.monotonic - files.saidAt
            guard files.saidAt == 0 || passed > 60_000_000_000 else { return }
            files.saidAt = now.monotonic
            log.warning(
                "event ids dropped within the dedup window: raise dedup.maxIds",
                ["dropped": LogValue(dropped), "maxIds": LogValue(configuration.dedup.maxIds)])
        }
    }

    // MARK: - Segments

    /// Does one step of preparing; whether there is more to do at once.
    private func prepare(_ now: Moment) throws(FileError) -> Bool {
        guard let wanted = state.withLock({ $0.wanted }) else {
            try tell(outOfSpace: nil)
            return false
        }
        if wanted.file == nil { try coverOldest(now) }
        do throws(FileError) {
            if wanted.file == nil, try giveUpOldest(for: wanted.number, now) { return true }
            if let mark = try markMet(by: wanted) {
                return try makeRoom(for: wanted, now, mark)
            }
            if wanted.file != nil { try zero(wanted) } else { try make(wanted.number) }
            return true
        } catch {
            guard error.isNoSpace else { throw error }
            return try makeRoom(for: wanted, now, .full)
        }
    }

    /// The high-water mark that keeps this segment from being made, or from growing by a step.
    private func markMet(by wanted: Segment) throws(FileError) -> WaterMarks.Mark? {
        let figures = try figures()
        return files.withLock { files in
            files.marks.check(
                isNew: wanted.file == nil, growing: configuration.stepBytes, figures)
        }
    }

    private func figures() throws(FileError) -> WaterMarks.Figures {
        // `journal clean` may have removed some; only a start adds any.
        if state.withLock({ $0.tornBytes > 0 }) {
            let bytes = try folder.tornBytes()
            state.withLock { $0.tornBytes = bytes }
        }
        return WaterMarks.Figures(
            taken: state.withLock { $0.segmentsBytes + $0.tornBytes }
                + JournalConfiguration.publishBytes + files.withLock { $0.ids.bytes },
            free: try folder.files.freeBytes(folder.path))
    }

    /// Gives up the oldest segment where it is published, whatever its age; false where nothing
    /// can be, and the writer is told.
    private func makeRoom(
        for wanted: Segment, _ now: Moment, _ mark: WaterMarks.Mark
    ) throws(FileError) -> Bool {
        try coverOldest(now, underPressure: true)
        let number = wanted.file == nil ? wanted.number : nil
        if try giveUpOldest(for: number, now, underPressure: true) { return true }
        try tell(outOfSpace: mark)
        return false
    }

    /// Zeroes a step of the segment.
    ///
    /// Linux reports a write-back error once to each open file description. The writer may be
    /// syncing a batch of the same file, and must hear of an error itself: so this opens the file
    /// again.
    private func zero(_ segment: Segment) throws(FileError) {
        let end = min(segment.prepared + zeros.count, configuration.fileBytes)
        let zeros = zeros
        let file = try folder.files.open(folder.segment(segment.number), .write)
        try file.write(zeros.span.extracting(0..<end - segment.prepared), at: segment.prepared)
        try file.sync()
        state.update { state in
            let last = state.segments.count - 1
            if state.segments[last].number == segment.number {
                state.segments[last].prepared = end
            } else {
                state.following?.prepared = end
            }
        }
        if end == configuration.fileBytes { metrics.preparedSegments.add() }
    }

    private func make(_ number: UInt64) throws(FileError) {
        let file = try folder.files.open(folder.segment(number), .create)
        try folder.files.syncFolder(folder.path)
        state.update { state in
            state.following = Segment(
                number: number, first: 0, used: 0, prepared: 0, newest: 0, file: file,
                bytes: configuration.fileBytes)
        }
    }

    /// Takes the oldest segment off the journal where nothing needs it any longer.
    ///
    /// It gets this number, or is removed where there is none or it has not the right size.
    private func giveUpOldest(
        for number: UInt64?, _ now: Moment, underPressure: Bool = false, sparing spare: Int = 0
    ) throws(FileError) -> Bool {
        guard let oldest = oldestToGo(now, underPressure: underPressure, sparing: spare),
            files.withLock({ $0.ids.covered + 1 >= oldest.next })
        else { return false }
        let path = folder.segment(oldest.segment.number)
        let file = try folder.files.open(path, .write)
        guard try file.tryLock(.exclusive) else { return false }
        defer { file.unlock() }
        let size = try file.size()
        guard let given = state.withLock({ $0.giveUp(oldest.segment.number) }) else { return false }
        let number = size == configuration.fileBytes ? number : nil
        do throws(FileError) {
            if let number {
                try folder.files.rename(path, to: folder.segment(number))
            } else {
                try folder.files.remove(path)
            }
        } catch {
            // Given up ahead of it, a younger one would leave a gap that no recovery accepts.
            state.withLock { $0.takeBack(given) }
            throw error
        }
        // Before the first batch: after a crash its file must have the new name.
        try folder.files.syncFolder(folder.path)
        guard let number else { return true }
        state.update { state in
            state.following = Segment(
                number: number, first: 0, used: 0, prepared: size, newest: 0, file: file,
                bytes: size)
        }
        metrics.reusedSegments.add()
        return true
    }

    /// The oldest segment, where nothing but its ids needs it, nor so many after it, any longer; and
    /// the sequence that follows it.
    private func oldestToGo(
        _ now: Moment, underPressure: Bool, sparing spare: Int
    ) -> (segment: Segment, next: UInt64)? {
        let retention = files.withLock { files in
            Retention(
                published: files.publish.coveredByBoth, now: now.seconds,
                keepSeconds: Int64(configuration.keepPublishedHours * 3600))
        }
        return state.withLock { state in
            guard let oldest = state.oldest, state.segments.count > spare + 1,
                retention.mayGo(
                    state.segments[spare], next: state.segments[spare + 1].first,
                    underPressure: underPressure)
            else { return nil }
            return oldest
        }
    }

    /// Writes what keeps the oldest segment although it may go: its ids, and under pressure both
    /// files of the publish checkpoint.
    private func coverOldest(
        _ now: Moment, underPressure: Bool = false, sparing spare: Int = 0
    ) throws(FileError) {
        if underPressure {
            let next = state.withLock { state in
                state.oldest.flatMap { $0.next <= state.published.lowest + 1 ? $0.next : nil }
            }
            guard let next else { return }
            for _ in 0..<2 where files.withLock({ $0.publish.coveredByBoth + 1 < next }) {
                try writePublished()
            }
        }
        guard let oldest = oldestToGo(now, underPressure: underPressure, sparing: spare) else {
            return
        }
        while files.withLock({ $0.ids.covered + 1 < oldest.next }) {
            guard try writeIds(onlyFull: false) else { return }
        }
    }

    /// Removes what nothing needs any longer, but a few that the writer will soon use again.
    private func removeSurplus(_ now: Moment) throws(FileError) {
        guard state.withLock({ $0.following != nil }) else { return }
        repeat {
            try coverOldest(now, sparing: Retention.spareSegments)
        } while try giveUpOldest(for: nil, now, sparing: Retention.spareSegments)
    }

    private func tell(outOfSpace mark: WaterMarks.Mark?) throws(FileError) {
        let changed = state.update { state in
            defer { state.outOfSpace = mark }
            return (state.outOfSpace == nil) != (mark == nil)
        }
        guard changed else { return }
        metrics.outOfSpace.set(mark == nil ? 0 : 1)
        let figures = try figures()
        guard let mark else {
            log.info(
                "the journal takes room again",
                ["bytes": LogValue(figures.taken), "free": LogValue(figures.free)])
            return
        }
        log.error(
            "no room for another segment: webhooks are refused when what is prepared is used",
            [
                "folder": .string(folder.path), "mark": .string(mark.rawValue),
                "bytes": LogValue(figures.taken), "maxBytes": LogValue(configuration.maxBytes),
                "free": LogValue(figures.free),
                "minFreeBytes": LogValue(configuration.minFreeBytes),
                "tornBytes": LogValue(state.withLock { $0.tornBytes }),
            ])
    }
}
