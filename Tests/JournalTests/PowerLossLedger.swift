import Events

@testable import Journal

/// A promise of the journal was broken.
struct BrokenPromise: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// What a journal was given and what it answered: what must be there after any crash.
struct PowerLossLedger {
    /// A webhook as it was handed over.
    struct Webhook {
        let entry: JournalEntry
        let body: [UInt8]

        var key: DedupKey { DedupKey(entry) }
    }

    private struct Record {
        let webhook: Webhook
        let key: DedupKey
        /// Nil until an answer says it, where the index may know more than it must.
        var kind: JournalEntry.Kind?
        /// Somebody was told that it is on disk.
        var isPromised = false
    }

    /// What the journal must answer.
    enum Expected {
        /// Another copy of this record.
        case copy(UInt64)
        /// A new record; nil where it may be a conflict or not.
        case new(JournalEntry.Kind?)
        /// Another copy of this record, or a new one: the index may have forgotten it.
        case either(UInt64)
    }

    /// By sequence, from 1 on; those behind the last promised one may be lost in a crash.
    private var records: [Record] = []
    /// How many of the oldest records the index need not know any longer.
    private var forgotten = 0
    private var maxIds: Int
    /// Everything that was recorded as published, and what a start found of it.
    private(set) var published = PublishPosition(through: 0)
    private var positions: Set<PublishPosition> = [PublishPosition(through: 0)]
    private var highestPublished: UInt64 = 0

    init(maxIds: Int) { self.maxIds = maxIds }

    /// From now on the index keeps so many ids.
    mutating func keep(maxIds: Int) {
        self.maxIds = maxIds
        forgotten = max(forgotten, records.count - maxIds)
    }

    /// Whether the index may have so many quarantined bodies of the eventId that it finds no other
    /// one again.
    private func isCapped(_ key: DedupKey) -> Bool {
        records.count { $0.key.id == key.id && $0.kind != .event } >= DedupIndex.quarantinedBodies
    }

    var count: UInt64 { UInt64(records.count) }

    var promised: UInt64 { UInt64((records.lastIndex { $0.isPromised } ?? -1) + 1) }

    func webhook(_ sequence: UInt64) -> Webhook { records[Int(sequence) - 1].webhook }

    // MARK: - Appending

    func expected(_ webhook: Webhook) -> Expected {
        let key = webhook.key
        var conflict = false
        var maybe: UInt64?
        var maybeConflict = false
        for (index, record) in records.enumerated()
        where record.key.high == key.high && record.key.low == key.low {
            let isKnown = index >= forgotten && (record.kind == .event || !isCapped(key))
            if record.key.body == key.body {
                if isKnown { return .copy(UInt64(index + 1)) }
                maybe = UInt64(index + 1)
            } else if record.kind == .event {
                if isKnown { conflict = true } else { maybeConflict = true }
            } else if record.kind == nil {
                maybeConflict = true
            }
        }
        if let maybe { return .either(maybe) }
        if conflict { return .new(.quarantined(.conflict)) }
        let isCapped = webhook.entry.kind != .event && isCapped(key)
        return .new(maybeConflict || isCapped ? nil : webhook.entry.kind)
    }

    /// The journal has taken it as a new record; its sequence.
    mutating func append(_ webhook: Webhook, kind: JournalEntry.Kind?) -> UInt64 {
        records.append(Record(webhook: webhook, key: webhook.key, kind: kind))
        if records.count - forgotten > maxIds { forgotten += 1 }
        return count
    }

    /// The journal has given this record up, with all that came after it.
    mutating func takeBack(from sequence: UInt64) {
        records.removeLast(max(0, records.count - Int(sequence) + 1))
    }

    /// Somebody was told that his webhook is on disk.
    mutating func promise(
        _ receipt: AppendReceipt, _ webhook: Webhook
    ) throws(BrokenPromise) {
        guard receipt.position >= 1, receipt.position <= count else {
            throw BrokenPromise("acknowledged as record \(receipt.position) of \(count)")
        }
        let index = Int(receipt.position) - 1
        let record = records[index]
        guard record.key == webhook.key, record.webhook.body.isSame(as: webhook.body) else {
            throw BrokenPromise("acknowledged as record \(receipt.position), which is another")
        }
        let kind: JournalEntry.Kind =
            switch receipt.status {
            case .accepted: .event
            case .quarantined(let reason): .quarantined(reason)
            }
        try settle(index, kind)
        records[index].isPromised = true
    }

    private mutating func settle(
        _ index: Int, _ kind: JournalEntry.Kind
    ) throws(BrokenPromise) {
        let allowed: [JournalEntry.Kind] =
            records[index].kind.map { [$0] }
            ?? [records[index].webhook.entry.kind, .quarantined(.conflict)]
        guard allowed.contains(kind) else {
            throw BrokenPromise("record \(index + 1) is \(kind), not \(allowed)")
        }
        records[index].kind = kind
    }

    // MARK: - Publishing

    mutating func publish(_ position: PublishPosition) {
        published = position
        positions.insert(position)
        highestPublished = max(highestPublished, position.lowest)
    }

    // MARK: - Reading

    /// A record was read: it must be what was appended at this place.
    mutating func check(_ record: JournalRecord) throws(BrokenPromise) {
        guard record.sequence >= 1, record.sequence <= count else {
            throw BrokenPromise("record \(record.sequence) of \(count) was never appended")
        }
        let index = Int(record.sequence) - 1
        let webhook = records[index].webhook
        var entry = webhook.entry
        entry.kind = record.entry.kind
        guard record.body.isSame(as: webhook.body), record.entry == entry else {
            throw BrokenPromise("record \(record.sequence) is not what was appended")
        }
        try settle(index, record.entry.kind)
    }

    /// After a recovery: these records are there, and promised from now on.
    mutating func recovered(
        first: UInt64, _ found: [JournalRecord], published found_: PublishPosition
    ) throws(BrokenPromise) {
        guard first <= highestPublished + 1 else {
            throw BrokenPromise(
                "the journal begins at \(first), and \(highestPublished) are published")
        }
        var next = first
        for record in found {
            guard record.sequence == next else {
                throw BrokenPromise("record \(record.sequence) where \(next) belongs")
            }
            try check(record)
            next += 1
        }
        guard next > promised else {
            throw BrokenPromise("the journal ends at \(next - 1), and \(promised) was promised")
        }
        takeBack(from: next)
        for index in records.indices where index + 1 >= first { records[index].isPromised = true }
        try checkCopies()
        guard positions.contains(found_) else {
            throw BrokenPromise("nobody said that \(found_) is published")
        }
        guard found_.lowest + 1 >= first else {
            throw BrokenPromise("published to \(found_.lowest), but it begins at \(first)")
        }
        published = found_
    }

    /// No two records within the window are the same.
    private func checkCopies() throws(BrokenPromise) {
        var seen: [UInt64: [Int]] = [:]
        for index in records.indices.dropFirst(forgotten) {
            let key = records[index].key
            for other in seen[key.low, default: []]
            where records[other].key == key && (records[other].kind == .event || !isCapped(key)) {
                throw BrokenPromise("record \(index + 1) is \(other + 1) again")
            }
            seen[key.low, default: []].append(index)
        }
    }
}
