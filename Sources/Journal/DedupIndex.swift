internal import Events

/// The bodies that the journal has had within the window: an entry for every record of that time.
///
/// The window counts from each record's arrival. A number of ids is a second bound; an id that
/// goes early because of it is counted. Records that are not durable keep their ids beyond both
/// bounds, because a refused batch takes them back one by one. About 40 bytes an id.
struct DedupIndex {
    /// What the index says of a body.
    enum Answer: Equatable {
        /// The same body is there, as this record.
        case known(UInt64, RecordStatus)
        /// It is not there.
        case new(conflict: Bool, underAnotherType: Bool)
    }

    private(set) var entries: DedupEntries
    private var table = DedupTable()
    private var times = ArrivalTimes()
    private let windowSeconds: Int64
    private let maxIds: Int
    /// How many ids went although they were within the window.
    private(set) var droppedEarly = 0
    /// The last record that is on disk; at a start every record is.
    private var durable = UInt64.max

    init(_ configuration: DedupConfiguration, next: UInt64) {
        precondition(
            UInt64(configuration.maxIds) < DedupTable.span - 1,
            "more ids than the table tells apart")
        entries = DedupEntries(first: next)
        windowSeconds = Int64(configuration.windowHours * 3600)
        maxIds = configuration.maxIds
    }

    var count: Int { entries.count }

    /// Sequence of the record that comes next.
    var next: UInt64 { entries.next }

    /// Whether the oldest id may go.
    private var mayForget: Bool { count > 0 && entries.first <= durable }

    /// Whether the table cannot tell another record from those that it has.
    var isFull: Bool { UInt64(count) + 1 >= DedupTable.span }

    /// Forgets what has left the window.
    mutating func expire(now: Int64) {
        while mayForget, let oldest = times.oldest, oldest < now - windowSeconds { removeFirst() }
    }

    /// Notes that the records through this one are on disk; the ids of those after it stay.
    mutating func markDurable(through last: UInt64) {
        durable = last
        drop(downTo: maxIds)
    }

    /// Forgets the oldest ids before their time, down to this many.
    private mutating func drop(downTo limit: Int) {
        while count > limit, mayForget {
            removeFirst()
            droppedEarly += 1
        }
    }

    /// What is known of this key.
    func answer(_ key: DedupKey) -> Answer {
        var known: UInt64?
        var isAccepted = false
        var underAnotherType = false
        table.forEach(key.id, from: entries.first) { sequence in
            guard entries.id(sequence) == key.id else { return true }
            let other = entries.key(sequence)
            guard other.high == key.high, other.low == key.low else {
                underAnotherType = true
                return true
            }
            if other.body == key.body {
                known = sequence
                return false
            }
            isAccepted = isAccepted || entries.code(sequence) == 0
            return true
        }
        if let known { return .known(known, status(known)) }
        return .new(conflict: isAccepted, underAnotherType: underAnotherType)
    }

    private func status(_ sequence: UInt64) -> RecordStatus {
        guard let reason = QuarantineReason(code: entries.code(sequence)) else { return .accepted }
        return .quarantined(reason)
    }

    /// Adds the record that comes next.
    mutating func append(_ key: DedupKey, code: UInt8, receivedAt seconds: Int64) {
        drop(downTo: maxIds - 1)
        if table.isFull { grow() }
        table.insert(key.id, entries.next)
        times.append(entries.next, seconds: seconds)
        entries.append(key, code: code)
    }

    /// Adds entries in a row, as a checkpoint has them: what does not fit is passed over.
    struct Loader {
        private let configuration: DedupConfiguration
        private var entries: DedupEntries
        private var times = ArrivalTimes()
        private var sequence: UInt64
        private let first: UInt64

        /// For entries from this sequence on, so many.
        init(_ configuration: DedupConfiguration, first: UInt64, count: Int) {
            self.configuration = configuration
            sequence = first
            self.first = first + UInt64(max(0, count - configuration.maxIds))
            entries = DedupEntries(first: self.first)
        }

        mutating func append(_ key: DedupKey, code: UInt8, receivedAt seconds: Int64) {
            defer { sequence += 1 }
            guard sequence >= first else { return }
            times.append(sequence, seconds: seconds)
            entries.append(key, code: code)
        }

        consuming func index() -> DedupIndex {
            var index = DedupIndex(configuration, next: first)
            index.table = DedupTable(entries, expecting: entries.count)
            index.entries = entries
            index.times = times
            return index
        }
    }

    /// Takes back the newest records, down to the one before this sequence.
    mutating func removeLast(downTo sequence: UInt64) {
        precondition(sequence > durable || durable == .max, "a durable record is never taken back")
        while entries.next > max(sequence, entries.first) {
            let last = entries.next - 1
            removeFromTable(last)
            entries.removeLast()
            if count == 0 { times = ArrivalTimes() } else { times.removeLast(last) }
        }
    }

    private mutating func removeFirst() {
        removeFromTable(entries.first)
        entries.removeFirst()
        if count == 0 { times = ArrivalTimes() } else { times.removeFirst(nowFirst: entries.first) }
    }

    private mutating func removeFromTable(_ sequence: UInt64) {
        table.remove(
            entries.id(sequence), sequence, first: entries.first, id: { entries.id($0) })
    }

    private mutating func grow() {
        table = DedupTable(entries, expecting: table.count * 2)
    }

    /// The arrival of the newest record, in seconds since 1970; nil without a record.
    var newestArrival: Int64? { times.newest }

    /// When the record came; the oldest time known where it is older than that.
    func arrival(of sequence: UInt64) -> Int64? { times.time(of: sequence) }

    /// What a checkpoint through this sequence holds.
    func snapshot(through last: UInt64) -> DedupSnapshot {
        DedupSnapshot(
            first: entries.first, last: last, times: times.marks(upTo: last),
            pieces: entries.pieces(through: last))
    }
}

/// The entries of an index up to a sequence, as they were at one moment.
struct DedupSnapshot {
    let first: UInt64
    let last: UInt64
    let times: [ArrivalTimes.Mark]
    let pieces: [(words: [UInt64], range: Range<Int>)]
}
