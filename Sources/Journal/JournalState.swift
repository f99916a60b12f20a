internal import Events
internal import Files

/// What the writer, its helper and those who append share, under one lock: decisions without I/O.
struct JournalState {
    /// How far the journal's life has come.
    enum Phase {
        case running
        /// What is there is still written.
        case stopping
        /// The end mark is written.
        case ended
        case failed
    }

    /// What the writer does next.
    enum Work {
        /// The batch that `exchange` gives goes to this segment and offset.
        case write(Place)
        /// There is no room for what waits.
        case refuse([Waiter], AppendRefusal)
        /// There is no room yet: the helper is to make some.
        case prepare
        case finish
        case fail(JournalError)
    }

    /// Where a batch goes.
    struct Place {
        let segment: Segment
        /// The segment's file, open for this writer alone.
        let file: any File
        let offset: Int
        let first: UInt64
        /// The helper has something to prepare.
        let wakesHelper: Bool
    }

    var phase = Phase.running
    /// What the helper could not do, for the writer to throw.
    var failure: JournalError?
    var index: DedupIndex
    private var clock: DedupClock
    var open = OpenBatch()
    /// The batch that is to be written, or an empty one.
    private var other = OpenBatch()
    /// Who waits for a record of the batch that is being written, and brought another copy of it.
    private var late: [Waiter] = []
    /// Sequence of the first record of the open batch.
    private var openFirst: UInt64
    private(set) var durable: UInt64
    var published: PublishPosition
    /// Oldest first; the last one is written.
    var segments: [Segment]
    /// What is written after it.
    var following: Segment?
    /// Why the helper has found no room for another segment.
    var outOfSpace: WaterMarks.Mark?
    /// Bytes of the copies of torn batches.
    var tornBytes: Int
    /// Bytes of the batch for which the helper was last asked for room.
    private var asked = 0
    /// Records whose ids are not kept, since the last look.
    var capped = 0
    /// Readers at work, by segment.
    private var readers: [UInt64: Int] = [:]
    private let batchBytes: Int
    private let segmentBytes: Int
    private let stepBytes: Int
    private let aheadBytes: Int

    init(
        index: DedupIndex, published: PublishPosition, segments: [Segment], following: Segment?,
        tornBytes: Int = 0, configuration: JournalConfiguration, at now: Moment
    ) {
        self.tornBytes = tornBytes
        self.index = index
        clock = DedupClock(newestArrival: index.newestArrival, at: now)
        openFirst = index.next
        durable = index.next - 1
        self.index.markDurable(through: durable)
        self.published = published
        self.segments = segments
        self.following = following
        batchBytes = configuration.batchBytes
        segmentBytes = configuration.fileBytes
        stepBytes = configuration.stepBytes
        aheadBytes = configuration.aheadBytes
    }

    // MARK: - Appending

    /// Takes a webhook into the open batch, or answers at once.
    mutating func take(
        _ entry: JournalEntry, _ key: DedupKey, body: Span<UInt8>, length: Int, at now: Moment,
        completion: @escaping @Sendable (Result<AppendReceipt, AppendRefusal>) -> Void
    ) -> Result<AppendReceipt, AppendRefusal>? {
        switch phase {
        case .running: break
        case .stopping, .ended: return .failure(.stopping)
        case .failed: return .failure(.failed)
        }
        clock.advance(to: now)
        index.expire(now: clock.seconds)
        switch index.answer(key) {
        case .known(let position, let status):
            let receipt = AppendReceipt(
                position: position, status: status, duplicate: true,
                eventIDSeenUnderAnotherType: false)
            if position <= durable { return .success(receipt) }
            let waiter = Waiter(receipt: receipt, completion: completion)
            if position >= openFirst { open.wait(waiter) } else { late.append(waiter) }
            return nil
        case .new(let conflict, let underAnotherType):
            if let refusal = refusal(for: length) { return .failure(refusal) }
            let kind = kind(of: entry, key, isConflict: conflict)
            let receipt = AppendReceipt(
                position: index.next, status: Self.status(kind), duplicate: false,
                eventIDSeenUnderAnotherType: underAnotherType)
            index.append(
                key, code: RecordFormat.code(of: kind), receivedAt: entry.receivedAt.seconds)
            open.append(entry, kind: kind, body: body, length: length)
            open.wait(Waiter(receipt: receipt, completion: completion))
            return nil
        }
    }

    /// What becomes of a new record; beyond some quarantined bodies of its eventId it is a conflict
    /// whatever is in it.
    private mutating func kind(
        of entry: JournalEntry, _ key: DedupKey, isConflict: Bool
    ) -> JournalEntry.Kind {
        guard isConflict || entry.kind != .event else { return .event }
        guard index.isCapped(key) else { return isConflict ? .quarantined(.conflict) : entry.kind }
        capped += 1
        return .quarantined(.conflict)
    }

    private static func status(_ kind: JournalEntry.Kind) -> RecordStatus {
        switch kind {
        case .event: .accepted
        case .quarantined(let reason): .quarantined(reason)
        }
    }

    private func refusal(for length: Int) -> AppendRefusal? {
        let bytes = open.bytes.count + length
        if bytes > batchBytes || index.isFull { return .full }
        if outOfSpace != nil, place(for: BatchFormat.padded(bytes)) == nil { return .noSpace }
        return nil
    }

    // MARK: - Writing

    private enum Room {
        case here, following
    }

    private var active: Segment { segments[segments.count - 1] }

    private func place(for bytes: Int) -> Room? {
        if active.takes(bytes) { return .here }
        // While the segment is still being prepared, its own room comes first.
        let isPreparing = outOfSpace == nil && active.prepared < segmentBytes
        if isPreparing, active.used + bytes <= segmentBytes { return nil }
        guard let following, following.takes(bytes) else { return nil }
        return .following
    }

    /// What the writer does next; nil where there is nothing to do.
    mutating func work() -> Work? {
        if let failure {
            phase = .failed
            return .fail(failure)
        }
        guard !open.isEmpty else { return phase == .stopping ? .finish : nil }
        if let place = reserve(open.whole) {
            swap(&other, &open)
            openFirst = index.next
            asked = 0
            return .write(place)
        }
        guard outOfSpace != nil else {
            guard open.whole > asked else { return nil }
            asked = open.whole
            return .prepare
        }
        return .refuse(giveUpOpen(), phase == .stopping ? .stopping : .noSpace)
    }

    /// Takes the room for a batch of so many bytes.
    mutating func reserve(_ bytes: Int) -> Place? {
        guard let room = place(for: bytes) else { return nil }
        if room == .following, let next = following.take() {
            segments[segments.count - 1].file = nil
            segments.append(next)
            segments[segments.count - 1].first = openFirst
        }
        guard let file = active.file else { preconditionFailure("the active segment is open") }
        let offset = active.used
        segments[segments.count - 1].used += bytes
        // Not with every batch: a step is much larger than most.
        let isStep = (offset + bytes) / stepBytes > offset / stepBytes || room == .following
        return Place(
            segment: active, file: file, offset: offset, first: openFirst,
            wakesHelper: isStep && wanted != nil)
    }

    /// Forgets the records that wait for room.
    private mutating func giveUpOpen() -> [Waiter] {
        index.removeLast(downTo: openFirst)
        precondition(index.next == openFirst, "the next record would leave a gap")
        let waiters = open.waiters
        open.clear()
        return waiters
    }

    /// Marks the batch as durable, and returns who else waits for one of its records.
    ///
    /// Throws if the helper has failed meanwhile: an error that it met may concern these bytes.
    mutating func wrote(
        _ batch: OpenBatch, at place: Place, now: Int64
    ) throws(JournalError) -> [Waiter] {
        if let failure { throw failure }
        durable = place.first + UInt64(batch.count) - 1
        index.markDurable(through: durable)
        segments[segments.count - 1].newest = now
        defer { late.removeAll(keepingCapacity: true) }
        return late
    }

    /// The writer takes the batch that it is to write, and later gives it back empty.
    mutating func exchange(_ batch: inout OpenBatch) {
        swap(&batch, &other)
    }

    /// Nothing more is written; answers all who wait.
    mutating func fail() -> [Waiter] {
        phase = .failed
        let waiters = late + open.waiters
        late.removeAll()
        open.clear()
        return waiters
    }

    // MARK: - Readers

    /// The segment that holds this record, or will.
    func segment(holding sequence: UInt64) -> Segment? {
        segments.last { $0.first <= sequence }
    }

    mutating func hold(_ number: UInt64) {
        readers[number, default: 0] += 1
    }

    mutating func letGo(_ number: UInt64) {
        readers[number] = readers[number].flatMap { $0 > 1 ? $0 - 1 : nil }
    }

    func isHeld(_ number: UInt64) -> Bool { readers[number] != nil }

    /// The oldest segment where nobody reads or writes it, and the sequence that follows it.
    var oldest: (segment: Segment, next: UInt64)? {
        guard segments.count > 1, !isHeld(segments[0].number) else { return nil }
        return (segments[0], segments[1].first)
    }

    /// What is to be prepared next; without a file where it is to be made.
    ///
    /// The next segment is zeroed while this one fills, in step with it: all at once would hold
    /// the writer's own syncs up.
    var wanted: Segment? {
        let bytes = open.whole
        let pace = 2 * active.used + aheadBytes
        if active.prepared < min(segmentBytes, max(pace, active.used + bytes)) { return active }
        guard active.prepared >= segmentBytes else { return nil }
        guard let following else {
            return Segment(
                number: active.number + 1, first: 0, used: 0, prepared: 0, newest: 0, file: nil)
        }
        return following.prepared < min(segmentBytes, max(pace, bytes)) ? following : nil
    }

    /// Takes the oldest segment off the journal; nil where somebody reads it.
    mutating func giveUp(_ number: UInt64) -> Segment? {
        guard segments.count > 1, segments[0].number == number, !isHeld(number) else {
            return nil
        }
        return segments.removeFirst()
    }

    /// Puts a segment that was given up back: its file is still there under its own number.
    mutating func takeBack(_ segment: Segment) {
        segments.insert(segment, at: 0)
    }

    // MARK: - Depth

    /// Bytes that the segments' files take, or will when they are prepared.
    var segmentsBytes: Int { segments.reduce(following?.bytes ?? 0) { $0 + $1.bytes } }

    /// Bytes of the records that are not published, by their share of the oldest such segment.
    var unpublishedBytes: Int {
        var bytes = 0
        for (index, segment) in segments.enumerated().reversed() {
            let next = index + 1 < segments.count ? segments[index + 1].first : openFirst
            if segment.first > published.through {
                bytes += segment.used
                continue
            }
            let count = Double(next - segment.first)
            if count > 0, next > published.through + 1 {
                bytes += Int(Double(segment.used) * Double(next - published.through - 1) / count)
            }
            break
        }
        return bytes
    }
}
