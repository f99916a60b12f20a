internal import Events

/// The bodies that the journal has had within the window: an entry for every record of that time.
///
/// The window counts from each record's arrival; an id past it is unknown, and its entry goes a
/// little later, a few with each append, because all at once would stop everybody. A number of
/// ids is a second bound; an id that goes early because of it is counted. Records that are not
/// durable keep their entries beyond both bounds, because a refused batch takes them back one by
/// one. About 40 bytes an id, 8 of them from the start.
struct DedupIndex {
    /// What the index says of a body.
    enum Answer: Equatable {
        /// The same body is there, as this record.
        case known(UInt64, RecordStatus)
        /// It is not there.
        case new(conflict: Bool, underAnotherType: Bool)
    }

    /// Bodies of one eventId that are found again although they were quarantined.
    ///
    /// Each further one would make every look at this id slower.
    static let quarantinedBodies = 16
    /// Entries that go with each append once they are past the window.
    private static let expiredAtOnce = 4

    private(set) var entries: DedupEntries
    private var table: DedupTable
    private var times = ArrivalTimes()
    /// The first record that is within the window.
    private var known: UInt64
    private let windowSeconds: Int64
    private let maxIds: Int
    /// How many ids went although they were within the window.
    private(set) var droppedEarly = 0
    /// The last record that is on disk; at a start every record is.
    private var durable = UInt64.max

    init(_ configuration: DedupConfiguration, next: UInt64) {
        self.init(
            configuration, DedupEntries(first: next, chunkEntries: configuration.chunkEntries))
    }

    private init(_ configuration: DedupConfiguration, _ entries: DedupEntries) {
        precondition(
            UInt64(configuration.maxIds) < DedupTable.span - 1,
            "more ids than the table tells apart")
        self.entries = entries
        table = DedupTable(entries: configuration.maxIds + 2 * configuration.chunkEntries)
        known = entries.first
        windowSeconds = Int64(configuration.windowHours * 3600)
        maxIds = configuration.maxIds
    }

    /// How many ids are known.
    var count: Int { Int(entries.next - firstKnown) }

    private var firstKnown: UInt64 { max(entries.first, known) }

    /// Sequence of the record that comes next.
    var next: UInt64 { entries.next }

    /// Whether the oldest entry may go.
    private var mayForget: Bool { entries.count > 0 && entries.first <= durable }

    /// Whether another record cannot be told from those that are there, or finds no place.
    var isFull: Bool { UInt64(entries.count) + 1 >= DedupTable.span || table.isFull }

    // MARK: - Forgetting

    /// Forgets what has left the window.
    mutating func expire(now: Int64) {
        let (start, isBeforeAll) = now.subtractingReportingOverflow(windowSeconds)
        guard !isBeforeAll, let oldest = times.oldest, oldest < start else { return }
        let behind = durable == .max ? next : durable + 1
        known = max(known, min(times.first(at: start) ?? next, behind))
        for _ in 0..<Self.expiredAtOnce where mayForget && entries.first < known { removeFirst() }
    }

    /// Notes that the records through this one are on disk; the ids of those after it stay.
    mutating func markDurable(through last: UInt64) {
        durable = last
        drop(downTo: maxIds)
    }

    /// Removes the oldest entries down to this many, whether their time is over or not.
    private mutating func drop(downTo limit: Int) {
        while entries.count > limit, mayForget {
            if entries.first >= known { droppedEarly += 1 }
            removeFirst()
        }
    }

    private mutating func removeFirst() {
        removeFromTable(entries.first)
        entries.removeFirst()
        if entries.count == 0 {
            times = ArrivalTimes()
        } else {
            times.removeFirst(nowFirst: entries.first)
        }
    }

    private mutating func removeFromTable(_ sequence: UInt64) {
        guard entries.code(sequence) != DedupEntries.absent else { return }
        table.remove(
            entries.id(sequence), sequence, first: entries.first, id: { entries.id($0) })
    }

    // MARK: - Asking

    /// What is known of this key.
    func answer(_ key: DedupKey) -> Answer {
        let firstKnown = firstKnown
        var same: UInt64?
        var isAccepted = false
        var underAnotherType = false
        table.forEach(key.id, from: entries.first) { sequence in
            guard sequence >= firstKnown, entries.id(sequence) == key.id else { return true }
            let other = entries.key(sequence)
            guard other.high == key.high, other.low == key.low else {
                underAnotherType = true
                return true
            }
            if other.body == key.body {
                same = sequence
                return false
            }
            isAccepted = isAccepted || entries.code(sequence) == 0
            return true
        }
        if let same { return .known(same, status(same)) }
        return .new(conflict: isAccepted, underAnotherType: underAnotherType)
    }

    private func status(_ sequence: UInt64) -> RecordStatus {
        guard let reason = QuarantineReason(code: entries.code(sequence)) else { return .accepted }
        return .quarantined(reason)
    }

    /// Whether a further quarantined body of this eventId would not be found again.
    func isCapped(_ key: DedupKey) -> Bool {
        let firstKnown = firstKnown
        var count = 0
        table.forEach(key.id, from: entries.first) { sequence in
            if sequence >= firstKnown, entries.id(sequence) == key.id, entries.code(sequence) != 0 {
                count += 1
            }
            return count < Self.quarantinedBodies
        }
        return count == Self.quarantinedBodies
    }

    // MARK: - Adding and taking back

    /// Adds the record that comes next; a quarantined one of a capped eventId is not found again.
    mutating func append(_ key: DedupKey, code: UInt8, receivedAt seconds: Int64) {
        let isCapped = code != 0 && isCapped(key)
        drop(downTo: maxIds - 1)
        times.append(entries.next, seconds: seconds)
        if isCapped {
            entries.appendAbsent()
        } else {
            table.insert(key.id, entries.next)
            entries.append(key, code: code)
        }
    }

    /// Goes on with this record: of those before it nothing is known.
    mutating func skip(to sequence: UInt64) {
        if sequence - next >= UInt64(maxIds) { restart(at: sequence - 1) }
        let isEmpty = entries.count == 0
        while next < sequence {
            drop(downTo: maxIds - 1)
            entries.appendAbsent()
        }
        if isEmpty { known = sequence }
    }

    private mutating func restart(at sequence: UInt64) {
        entries = DedupEntries(first: sequence, chunkEntries: Int(entries.chunkEntries))
        table = DedupTable(entries: table.entries)
        times = ArrivalTimes()
        known = sequence
    }

    /// Takes back the newest records, down to the one before this sequence.
    mutating func removeLast(downTo sequence: UInt64) {
        precondition(sequence > durable || durable == .max, "a durable record is never taken back")
        while entries.next > max(sequence, entries.first) {
            let last = entries.next - 1
            removeFromTable(last)
            entries.removeLast()
            if entries.count == 0 { times = ArrivalTimes() } else { times.removeLast(last) }
        }
        known = min(known, entries.next)
    }

    /// Adds entries in a row, as the disk has them; the oldest go where there are too many.
    struct Loader {
        private let configuration: DedupConfiguration
        private var entries: DedupEntries
        private var times = ArrivalTimes()

        /// For entries from this sequence on.
        init(_ configuration: DedupConfiguration, first: UInt64) {
            self.configuration = configuration
            entries = DedupEntries(first: first, chunkEntries: configuration.chunkEntries)
        }

        /// Sequence of the entry that comes next.
        var next: UInt64 { entries.next }

        /// Adds the next entry; without a key it is one that nobody finds.
        @inline(__always)
        mutating func append(_ key: DedupKey?, code: UInt8, receivedAt seconds: Int64) {
            if entries.count == configuration.maxIds {
                entries.removeFirst()
                times.removeFirst(nowFirst: entries.first)
            }
            guard let key else { return entries.appendAbsent() }
            times.append(entries.next, seconds: seconds)
            entries.append(key, code: code)
        }

        /// Goes on with this entry: of those before it nothing is known.
        mutating func skip(to sequence: UInt64) {
            if sequence - next >= UInt64(configuration.maxIds) {
                self = Loader(configuration, first: sequence)
            }
            while next < sequence { append(nil, code: 0, receivedAt: 0) }
        }

        consuming func index() -> DedupIndex {
            var index = DedupIndex(configuration, entries)
            index.table.insert(all: entries)
            index.times = times
            return index
        }
    }

    // MARK: - Looking

    /// The arrival of the newest record, in seconds since 1970; nil without a record.
    var newestArrival: Int64? { times.newest }

    /// When the record came; the oldest time known where it is older than that.
    func arrival(of sequence: UInt64) -> Int64? { times.time(of: sequence) }

    /// Chunks of the entries after a record and through another, so many at most, in order.
    func chunks(
        after covered: UInt64, through last: UInt64, onlyFull: Bool, atMost limit: Int
    ) -> IdsSnapshot {
        var snapshot = IdsSnapshot(oldest: entries.first)
        var sequence = max(covered + 1, entries.first)
        while sequence <= last, sequence < next, snapshot.chunks.count < limit {
            let piece = entries.chunk(holding: sequence, through: last)
            sequence = piece.first + UInt64(piece.count)
            if onlyFull, sequence & (entries.chunkEntries - 1) != 0 { break }
            snapshot.chunks.append(
                IdsChunk(entries: piece, seconds: times.times(of: piece.first..<sequence)))
        }
        return snapshot
    }
}

/// Chunks of an index as they were at one moment.
struct IdsSnapshot {
    /// The oldest sequence that the index held.
    let oldest: UInt64
    var chunks: [IdsChunk] = []
}
