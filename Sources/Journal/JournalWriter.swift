internal import Events
package import Files
package import Telemetry
internal import Threads

/// The journal: takes webhooks, and says when they are on disk.
///
/// Group commit is a swap: what is appended goes straight into the open batch under the lock; the
/// writer's thread takes that batch, writes and syncs it once, answers all who wait, and takes
/// what came meanwhile. A failed write or sync is final: nobody is told that his record is there,
/// and `run` throws.
package final class JournalWriter: Part {
    /// What follows a durable position, for those who read.
    struct Durable {
        var sequence: UInt64
        var segment: UInt64
        var offset: Int
    }

    /// `journal`.
    package let name = "journal"
    /// The journal's random id, in hexadecimal.
    package let id: String
    /// How it ends: with the batch on its way, an end mark and the checkpoints.
    package let stopLimit = Duration.seconds(5)

    let state: Monitor<JournalState>
    let durable: Monitor<Durable>
    let folder: JournalFolder
    let journal: JournalID
    let keeper: SegmentKeeper
    private let metrics: JournalMetrics
    private let log: Log
    private let lock: FileLock
    private let checkpointBytes: Int

    /// Opens the journal in the configuration's folder, or makes one, and recovers what a crash
    /// left.
    ///
    /// Takes the folder's lock, which goes with the writer. When it returns, everything that the
    /// journal holds is synced.
    package static func open(
        _ configuration: JournalConfiguration, files: any FileLayer = Disk(), log: Log = .silent,
        metrics: Metrics = Metrics()
    ) throws(JournalError) -> JournalWriter {
        try open(configuration, files, log, metrics, at: .now())
    }

    /// The same at this moment.
    static func open(
        _ configuration: JournalConfiguration, _ files: any FileLayer, _ log: Log,
        _ metrics: Metrics, at now: Moment
    ) throws(JournalError) -> JournalWriter {
        let log = log.with(component: "journal")
        let folder = JournalFolder(path: configuration.folder, files: files)
        let lock = try JournalError.wrap { () throws(FileError) in
            try files.createFolder(folder.path)
            return try FileLock(folder.lock, on: files)
        }
        var recovered = try Recovery(folder, configuration, log: log).run()
        if recovered.segments.isEmpty {
            let first = try JournalError.wrap { () throws(FileError) in
                try SegmentKeeper.first(recovered, configuration, folder)
            }
            recovered.segments = [first]
            // It is written now: it must not come after itself.
            recovered.following = nil
        }
        log.info(
            "journal open",
            [
                "folder": .string(folder.path), "segments": LogValue(recovered.segments.count),
                "records": LogValue(recovered.index.next - 1),
                "published": LogValue(recovered.published.lowest),
                "ids": LogValue(recovered.index.count),
                "bytesRead": LogValue(recovered.bytesRead),
                "seconds": .number(Double(MonotonicClock.now() - now.monotonic) / 1e9),
            ])
        return JournalWriter(
            recovered, configuration, folder, lock, log, JournalMetrics(metrics), at: now)
    }

    private init(
        _ recovered: Recovered, _ configuration: JournalConfiguration,
        _ folder: JournalFolder, _ lock: FileLock, _ log: Log, _ metrics: JournalMetrics,
        at now: Moment
    ) {
        journal = recovered.journal
        id = recovered.journal.description
        self.folder = folder
        self.lock = lock
        self.log = log
        self.metrics = metrics
        if recovered.hadTorn { metrics.torn.add() }
        let last = recovered.segments[recovered.segments.count - 1]
        durable = Monitor(
            Durable(
                sequence: recovered.index.next - 1, segment: last.number, offset: last.used))
        state = Monitor(
            JournalState(
                index: recovered.index, published: recovered.published,
                segments: recovered.segments, following: recovered.following,
                tornBytes: recovered.tornBytes, configuration: configuration, at: now))
        keeper = SegmentKeeper(
            state, recovered.publishFiles, recovered.ring, configuration, folder, log: log,
            metrics: metrics)
        checkpointBytes = JournalConfiguration.publishBytes + recovered.ring.bytes
        metrics.watch(
            depth: { [weak self] in self?.depth ?? .none },
            freeBytes: { (try? folder.files.freeBytes(folder.path)) ?? 0 })
    }

    // MARK: - Appending

    /// Takes a webhook, and tells what became of it when it is on disk.
    ///
    /// The journal decides whether it is a duplicate (the completion then comes when the first
    /// copy is durable) or a conflict with an accepted event (it is then quarantined as that).
    /// The completion comes on the writer's thread and must not block; for a refusal, and for a
    /// copy of what is durable already, it comes before `append` returns.
    package func append(
        _ entry: JournalEntry, body: Span<UInt8>,
        completion: @escaping @Sendable (Result<AppendReceipt, AppendRefusal>) -> Void
    ) {
        append(entry, body: body, monotonic: MonotonicClock.now(), completion: completion)
    }

    /// The same at this moment of the monotonic clock, and the entry's arrival by the wall clock.
    func append(
        _ entry: JournalEntry, body: Span<UInt8>, monotonic: UInt64,
        completion: @escaping @Sendable (Result<AppendReceipt, AppendRefusal>) -> Void
    ) {
        let key = DedupKey(entry)
        let length = RecordFormat.length(of: entry, bodyBytes: body.count)
        let now = Moment(seconds: entry.receivedAt.seconds, monotonic: monotonic)
        let answer = state.update { state in
            state.take(entry, key, body: body, length: length, at: now, completion: completion)
        }
        if let answer { completion(answer) }
    }

    // MARK: - Writing

    /// Writes what is appended until `stop()`; throws when the disk fails.
    package func run() throws {
        let helper = Worker("journal-keeper") { [keeper] in keeper.run() }
        defer {
            keeper.stop()
            helper.join()
        }
        while try perform(state.wait { $0.work() }, .now()) {}
    }

    /// Does what there is to do now, which may be nothing; false at the end of the journal.
    ///
    /// `run` waits for it and does it again and again.
    func step(_ now: Moment) throws(JournalError) -> Bool {
        guard let work = state.withLock({ $0.work() }) else { return true }
        return try perform(work, now)
    }

    private func perform(_ work: JournalState.Work, _ now: Moment) throws(JournalError) -> Bool {
        switch work {
        case .write(let place): try commit(place, now)
        case .prepare: keeper.wake()
        case .refuse(let waiters, let refusal):
            for waiter in waiters { waiter.completion(.failure(refusal)) }
        case .finish:
            try finish(now)
            return false
        case .fail(let error): try end(with: error, batch: nil)
        }
        return true
    }

    private func commit(
        _ place: JournalState.Place, _ now: Moment
    ) throws(JournalError) {
        if place.wakesHelper { keeper.wake() }
        var batch = OpenBatch.none
        state.withLock { $0.exchange(&batch) }
        batch.seal(
            .records, journal, segment: place.segment.number, first: place.first,
            writtenAt: now.seconds)
        let late: [Waiter]
        do throws(JournalError) {
            try JournalError.wrap { () throws(FileError) in
                try place.file.write(batch.bytes.span, at: place.offset)
                try place.file.sync()
            }
            late = try state.withLock { state throws(JournalError) in
                try state.wrote(batch, at: place, now: now.seconds)
            }
        } catch {
            return try end(with: error, batch: batch)
        }
        metrics.syncSeconds.observe(from: now.monotonic, to: MonotonicClock.now())
        metrics.batchRecords.observe(Double(batch.count))
        metrics.records.add(batch.count)
        metrics.writtenBytes.add(batch.bytes.count)
        publishDurable(
            place.first + UInt64(batch.count) - 1, place, place.offset + batch.bytes.count)
        for waiter in batch.waiters { waiter.completion(.success(waiter.receipt)) }
        for waiter in late { waiter.completion(.success(waiter.receipt)) }
        batch.clear()
        state.withLock { $0.exchange(&batch) }
    }

    private func publishDurable(_ sequence: UInt64, _ place: JournalState.Place, _ offset: Int) {
        durable.update {
            $0 = Durable(sequence: sequence, segment: place.segment.number, offset: offset)
        }
    }

    /// Refuses all who wait, and throws: a record whose sync failed may be there or not.
    private func end(
        with error: JournalError, batch: OpenBatch?
    ) throws(JournalError) {
        let others = state.withLock { $0.fail() }
        for waiter in (batch?.waiters ?? []) + others { waiter.completion(.failure(.failed)) }
        throw error
    }

    // MARK: - Stopping

    /// Takes nothing more, writes what waits and the end mark, and lets `run` return.
    package func stop() {
        state.update { state in
            if state.phase == .running { state.phase = .stopping }
        }
    }

    private func finish(_ now: Moment) throws(JournalError) {
        let place = state.withLock { $0.reserve(BatchFormat.alignment) }
        var endMark: StopMark?
        // Without room for it the next start looks for the end as after a crash.
        if let place {
            var mark = OpenBatch()
            mark.seal(
                .endMark, journal, segment: place.segment.number, first: place.first,
                writtenAt: now.seconds)
            do {
                try place.file.write(mark.bytes.span, at: place.offset)
                try place.file.sync()
            } catch {
                try end(with: .file(error), batch: nil)
            }
            publishDurable(place.first - 1, place, place.offset + mark.bytes.count)
            endMark = StopMark(
                next: place.first, segment: place.segment.number, offset: place.offset)
        }
        keeper.stop()
        do {
            try keeper.finish(endMark: endMark)
        } catch {
            try end(with: .file(error), batch: nil)
        }
        state.withLock { $0.phase = .ended }
        log.info("journal closed", ["records": LogValue(durableSequence)])
    }

    // MARK: - For the publisher

    /// The last record that is on disk.
    package var durableSequence: UInt64 { durable.withLock { $0.sequence } }

    /// Waits until a record after this one is on disk, and answers the last that is; the same
    /// one when the time is over.
    package func waitForDurable(after sequence: UInt64, upTo limit: Duration) -> UInt64 {
        let found = durable.wait(upTo: limit) { $0.sequence > sequence ? $0.sequence : nil }
        return found ?? durableSequence
    }

    /// A reader of what comes after this record.
    package func reader(after sequence: UInt64) throws(JournalError) -> JournalReader {
        try JournalReader(self, after: sequence)
    }

    /// How far it is published: at a start, what the checkpoint says.
    package var published: PublishPosition { state.withLock { $0.published } }

    /// It is published so far; the checkpoint follows within `checkpointMilliseconds`.
    ///
    /// One thread at a time, each position at or after the one before. When `run` has returned,
    /// the checkpoint is written before this returns.
    package func recordPublished(_ position: PublishPosition) throws(JournalError) {
        let hasEnded = state.withLock { state in
            precondition(position.through <= state.durable, "only what is durable is published")
            precondition(position.lowest >= state.published.lowest, "the checkpoint goes back")
            state.published = position
            return state.phase == .ended
        }
        guard hasEnded else { return }
        try JournalError.wrap { () throws(FileError) in try keeper.writePublished() }
    }

    /// What keeps the journal from taking more of its disk, by the setting's name; nil where
    /// nothing does.
    package var outOfSpace: String? { state.withLock { $0.outOfSpace?.rawValue } }

    /// How much lies in the journal.
    package var depth: JournalDepth {
        let now = WallClock.now().seconds
        return state.withLock { state in
            let records = Int(state.durable - min(state.durable, state.published.through))
            let lowest = state.published.lowest
            let oldest = lowest < state.durable ? state.index.arrival(of: lowest + 1) : nil
            return JournalDepth(
                records: records, bytes: state.unpublishedBytes,
                oldestSeconds: Int(max(0, now - (oldest ?? now))),
                segments: state.segments.count + (state.following == nil ? 0 : 1),
                ids: state.index.count,
                diskBytes: state.segmentsBytes + state.tornBytes + checkpointBytes)
        }
    }
}

extension JournalDepth {
    static let none = JournalDepth(
        records: 0, bytes: 0, oldestSeconds: 0, segments: 0, ids: 0, diskBytes: 0)
}
