package import Events
package import Store

/// What was found where a partition is not what it was, or has lost what was never applied.
package enum StopReason: Hashable, Sendable {
    /// The record applied last is another one now.
    case replaced(offset: Int64)
    /// The record applied last is not there any more, though its neighbours are.
    case missing(offset: Int64)
    /// The partition ends before what was applied.
    case shorter(end: Int64, next: Int64)
    /// Records are gone that were never applied.
    case gap(next: Int64, start: Int64)
    /// The topic has only so many partitions now.
    case gone(partitions: Int)
}

extension StopReason {
    /// Its name in the list of gaps.
    package var name: String {
        switch self {
        case .replaced: "replaced"
        case .missing: "missing"
        case .shorter: "shorter"
        case .gap: "removed"
        case .gone: "gone"
        }
    }

    /// What happened.
    package var finding: String {
        switch self {
        case .replaced(let offset):
            "the record at offset \(offset) is not the one that was applied: "
                + "the topic was made again, or its end was lost"
        case .missing(let offset):
            "the record applied last, at offset \(offset), is gone and others are not: the "
                + "topic was made again, or compacted"
        case .shorter(let end, let next):
            "the partition ends at \(end), before the next offset \(next): the topic was "
                + "made again, or its end was lost"
        case .gap(let next, let start):
            "the records from \(next) to \(start - 1) were removed before they were applied"
        case .gone(let partitions):
            "the topic has only \(partitions) partitions now: it was made again"
        }
    }
}

extension StopReason: CustomStringConvertible {
    /// What happened, and what to do.
    package var description: String {
        finding + "; run `hookline journal requeue` if the journal still has the records, then "
            + "`hookline replay --swap` to rebuild the state from the topics (with --accept-loss it "
            + "does without what is missing), or set consumer.onGap to \"continue\" to skip what is "
            + "missing"
    }
}

/// How far one partition was read, and whether it is the one that was read before: no I/O.
///
/// Reading starts at the record that was applied last, not behind it: when that record comes as it
/// was, the partition is the same one, and the record is passed over. Offsets that are skipped
/// between two records are no sign of a loss: the marks and the aborted records of transactions
/// are never delivered.
package struct PartitionReading: Sendable {
    /// What is being done with the partition.
    package enum Phase: Hashable, Sendable {
        /// A record that was applied is being read again, and then the one applied last, if that
        /// is another.
        case checking(LastRecord, then: LastRecord?)
        /// Records are applied.
        case reading
        /// Nothing more is read.
        case stopped(StopReason)
    }

    /// What to do with a record.
    package enum RecordAction: Hashable, Sendable {
        /// Apply it, and then say so with `applied`.
        case apply
        /// It was applied before.
        case pass
        /// It is the one that was looked for, and what is wanted next is far ahead: skip to there.
        case passUpTo(Int64)
        /// Read no more of the partition.
        case stop(StopReason)
    }

    /// What to do when the offset to read is not in the partition.
    package enum RangeAction: Hashable, Sendable {
        /// Read from here.
        case read(from: Int64)
        /// Read no more of the partition.
        case stop(StopReason)
    }

    /// What is being done with the partition.
    package private(set) var phase: Phase
    /// The offset of the first record that was not applied.
    package private(set) var next: Int64
    /// The record applied last.
    package private(set) var last: LastRecord?
    /// Whether the partition is new and may begin anywhere: nothing that it has lost was awaited.
    package private(set) var isNew: Bool
    /// An older record, which a check looks for before the one applied last; nil before the first.
    ///
    /// If a topic is recreated and filled so quickly that reading just continues in it, the record
    /// applied last is one of the new topic already. The anchor moves only when a check has found
    /// both, or retention has removed it.
    package private(set) var anchor: LastRecord?

    /// How many records are read a second time rather than skipped after a check.
    private static let shortWay: Int64 = 1000

    /// Starts at the beginning of a partition that nothing is known of.
    package init() {
        next = 0
        isNew = true
        phase = .reading
    }

    /// Starts where the store left off; at 0 in a partition that a known topic has got since.
    ///
    /// Without an anchor only the record applied last is looked for.
    package init(next: Int64, last: LastRecord? = nil, anchor: LastRecord? = nil) {
        self.next = next
        self.last = last
        isNew = false
        self.anchor = anchor ?? last
        phase = Self.check(self.anchor, last) ?? .reading
    }

    /// The check that both records are still there; nil if there is none to look for.
    private static func check(_ anchor: LastRecord?, _ last: LastRecord?) -> Phase? {
        guard let last else { return nil }
        guard let anchor, anchor.offset < last.offset else { return .checking(last, then: nil) }
        return .checking(anchor, then: last)
    }

    /// Why nothing more is read, where that is so.
    package var stopReason: StopReason? {
        if case .stopped(let reason) = phase { reason } else { nil }
    }

    /// Where to start reading; nil for the very beginning.
    package var start: Int64? {
        if case .checking(let record, _) = phase { return record.offset }
        return isNew ? nil : next
    }

    /// The partition is new and begins here.
    package mutating func begin(at offset: Int64) {
        precondition(isNew, "only what is new begins")
        next = offset
        isNew = false
    }

    /// Decides about a record; `hash` is that of its value, `timestamp` the record's own.
    package mutating func meet(
        offset: Int64, hash: @autoclosure () -> BodyHash?,
        timestamp: @autoclosure () -> Int64? = nil
    ) -> RecordAction {
        switch phase {
        case .stopped: return .pass
        case .reading: return offset < next ? .pass : .apply
        case .checking(let record, let then):
            if offset < record.offset { return .pass }
            if offset > record.offset { return stop(.missing(offset: record.offset)) }
            guard hash() == record.hash, Self.isSame(timestamp(), record.timestamp) else {
                return stop(.replaced(offset: offset))
            }
            return found(at: offset, then)
        }
    }

    private mutating func found(at offset: Int64, _ then: LastRecord?) -> RecordAction {
        let wanted: Int64
        if let then {
            phase = .checking(then, then: nil)
            wanted = then.offset
        } else {
            phase = .reading
            anchor = last
            wanted = next
        }
        return wanted - offset > Self.shortWay ? .passUpTo(wanted) : .pass
    }

    /// The same event, published again, is the same bytes at another time.
    private static func isSame(_ time: Int64?, _ other: Int64?) -> Bool {
        guard let time, let other else { return true }
        return time == other
    }

    /// A record was applied, as an event or as a dead letter.
    package mutating func applied(_ record: LastRecord) {
        precondition(record.offset >= next, "a record is applied once")
        next = record.offset + 1
        last = record
        if anchor == nil { anchor = record }
        isNew = false
    }

    /// The partition was read to its end; the offset is that of the next record to come.
    ///
    /// It can lie beyond the last record: transactions end with marks that are never delivered.
    package mutating func reachEnd(_ end: Int64) -> StopReason? {
        switch phase {
        case .stopped: return nil
        case .reading:
            next = max(next, end)
            isNew = false
            return nil
        case .checking(let record, _):
            let reason: StopReason =
                end <= record.offset
                ? .shorter(end: end, next: next) : .missing(offset: record.offset)
            phase = .stopped(reason)
            return reason
        }
    }

    /// The offset asked for is not in the partition, which has those from `start` to before `end`.
    package mutating func leaveRange(start: Int64, end: Int64) -> RangeAction {
        if let stopReason { return .stop(stopReason) }
        if next < start { return stopRange(.gap(next: next, start: start)) }
        if next > end { return stopRange(.shorter(end: end, next: next)) }
        if case .checking(let record, let then) = phase {
            // What retention takes after it was applied is no loss, and cannot be compared.
            for left in [record, then].compactMap(\.self) where left.offset >= start {
                phase = .checking(left, then: left == record ? then : nil)
                return .read(from: left.offset)
            }
            phase = .reading
            anchor = nil
        }
        return .read(from: next)
    }

    /// Stops for a reason that its records do not show.
    package mutating func stop(for reason: StopReason) {
        if stopReason == nil { phase = .stopped(reason) }
    }

    /// Whether there is something that `checkAgain` would look for, and that is not looked for
    /// already.
    package var canBeChecked: Bool {
        if case .reading = phase { Self.check(anchor, last) != nil } else { false }
    }

    /// What is there now may be something else: looks again for the anchor and the record applied
    /// last.
    ///
    /// False if there is nothing to look for, or it is being looked for already.
    package mutating func checkAgain() -> Bool {
        guard case .reading = phase, let check = Self.check(anchor, last) else { return false }
        phase = check
        return true
    }

    /// Goes on after a stop, and gives the offsets that are left out: from the first to before the
    /// end, which is nil where nobody knows how far the partition went that is no more.
    ///
    /// Another partition under the same name is read from its beginning: what of it was applied
    /// before is known by its history and changes nothing.
    package mutating func goOn() -> (first: Int64, end: Int64?) {
        guard case .stopped(let reason) = phase else { preconditionFailure("it was not stopped") }
        let first = next
        phase = .reading
        if case .gap(_, let start) = reason {
            next = start
            return (first, start)
        }
        next = 0
        last = nil
        anchor = nil
        return (first, nil)
    }

    private mutating func stop(_ reason: StopReason) -> RecordAction {
        phase = .stopped(reason)
        return .stop(reason)
    }

    private mutating func stopRange(_ reason: StopReason) -> RangeAction {
        phase = .stopped(reason)
        return .stop(reason)
    }
}
