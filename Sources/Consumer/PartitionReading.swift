package import Events
package import Store

/// Why a partition is not read on.
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

extension StopReason: CustomStringConvertible {
    /// What happened, and what to do.
    package var description: String {
        let what =
            switch self {
            case .replaced(let offset):
                "the record at offset \(offset) is not the one that was applied last: "
                    + "the topic was made again"
            case .missing(let offset):
                "the record applied last, at offset \(offset), is gone: the topic was cut or "
                    + "compacted"
            case .shorter(let end, let next):
                "the partition ends at \(end), before the next offset \(next): the topic was cut "
                    + "or made again"
            case .gap(let next, let start):
                "the records from \(next) to \(start - 1) were removed before they were applied"
            case .gone(let partitions):
                "the topic has only \(partitions) partitions now: it was made again"
            }
        return what + "; build the state again from the topics, in a new state folder"
    }
}

/// How far one partition was read, and whether it is the one that was read before: no I/O.
///
/// Reading starts at the record that was applied last, not behind it: when that record comes as it
/// was, the partition is the same one, and the record is passed over.
package struct PartitionReading: Sendable {
    /// What is being done with the partition.
    package enum Phase: Hashable, Sendable {
        /// The record applied last is being read again.
        case checking(LastRecord)
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

    /// Starts where the store left off; 0 and nothing for a partition that is new.
    package init(next: Int64 = 0, last: LastRecord? = nil) {
        self.next = next
        self.last = last
        phase = last.map(Phase.checking) ?? .reading
    }

    /// Why nothing more is read, where that is so.
    package var stopReason: StopReason? {
        if case .stopped(let reason) = phase { reason } else { nil }
    }

    /// Where to start reading; nil for the very beginning.
    package var start: Int64? {
        if case .checking(let last) = phase { return last.offset }
        return next == 0 ? nil : next
    }

    /// Decides about a record; `hash` is that of its value.
    package mutating func meet(offset: Int64, hash: @autoclosure () -> BodyHash?) -> RecordAction {
        switch phase {
        case .stopped: return .pass
        case .reading: return offset < next ? .pass : .apply
        case .checking(let last):
            if offset < last.offset { return .pass }
            if offset > last.offset { return stop(.missing(offset: last.offset)) }
            if hash() != last.hash { return stop(.replaced(offset: offset)) }
            phase = .reading
            return .pass
        }
    }

    /// A record was applied, as an event or as a dead letter.
    package mutating func applied(_ record: LastRecord) {
        precondition(record.offset >= next, "a record is applied once")
        next = record.offset + 1
        last = record
    }

    /// The partition was read to its end; the offset is that of the next record to come.
    ///
    /// It can lie beyond the last record: transactions end with marks that are never delivered.
    package mutating func reachEnd(_ end: Int64) -> StopReason? {
        switch phase {
        case .stopped: return nil
        case .reading:
            next = max(next, end)
            return nil
        case .checking(let last):
            let reason: StopReason =
                end <= last.offset
                ? .shorter(end: end, next: next) : .missing(offset: last.offset)
            phase = .stopped(reason)
            return reason
        }
    }

    /// The offset asked for is not in the partition, which has those from `start` to before `end`.
    package mutating func leaveRange(start: Int64, end: Int64) -> RangeAction {
        if let stopReason { return .stop(stopReason) }
        if next < start { return stopRange(.gap(next: next, start: start)) }
        if next > end { return stopRange(.shorter(end: end, next: next)) }
        if case .checking(let last) = phase {
            // What retention takes after it was applied is no loss, and cannot be compared.
            guard last.offset < start else { return .read(from: last.offset) }
            phase = .reading
        }
        return .read(from: next)
    }

    /// The connection was lost, and what is there now may be something else: look again.
    ///
    /// False where there is nothing to look for, or it is being looked for already.
    package mutating func checkAgain() -> Bool {
        guard case .reading = phase, let last else { return false }
        phase = .checking(last)
        return true
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
