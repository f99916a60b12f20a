import Events
import Files
import Journal

/// The options with which `journal dump` and `journal requeue` say which records are meant.
struct JournalSelection {
    static let options: [Command.Option] = [
        .init(
            name: "--type", value: .text("TYPE"), help: "Only this type; repeatable",
            isRepeatable: true),
        .init(
            name: "--key", value: .text("KEY"), help: "Only this orderId or licenseId; repeatable",
            isRepeatable: true),
        .init(
            name: "--event-id", value: .text("ID"), help: "Only this eventId; repeatable",
            isRepeatable: true),
        .init(
            name: "--kind", value: .word(["event", "quarantined"]),
            help: "Only what could be routed, or only what could not"),
        .init(
            name: "--reason", value: .word(QuarantineReason.allCases.map(\.rawValue)),
            help: "Only what is in quarantine for this reason; repeatable", isRepeatable: true),
        .init(
            name: "--since", value: .text("TIME"),
            help: "Received then or later (RFC 3339: 2026-03-01T10:00:00Z)"),
        .init(name: "--until", value: .text("TIME"), help: "Received before then"),
        .init(
            name: "--from", value: .integer("N", 1...Int.max),
            help: "From this sequence on (the position in the answer to a webhook)"),
        .init(
            name: "--to", value: .integer("N", 1...Int.max), help: "Up to this sequence, it too"),
        .init(
            name: "--limit", short: "-n", value: .integer("N", 1...Int.max),
            help: "So many records at most"),
    ]

    private(set) var filter = RecordFilter()
    /// How many records at most.
    let limit: Int

    init(_ invocation: Invocation) throws(CommandFailure) {
        limit = invocation.integer("--limit") ?? .max
        filter.types = Set(invocation.values["--type"] ?? [])
        filter.keys = Set(invocation.values["--key"] ?? [])
        filter.eventIDs = Set(invocation.values["--event-id"] ?? [])
        filter.kinds = Self.kinds(invocation)
        filter.since = try invocation.time("--since")
        filter.until = try invocation.time("--until")
        let from = UInt64(invocation.integer("--from") ?? 1)
        let to = invocation.integer("--to").map { UInt64($0) } ?? .max
        guard from <= to else {
            throw CommandFailure(.usage, "--from is \(from) and --to \(to): nothing lies between")
        }
        filter.sequences = from...to
    }

    private static func kinds(_ invocation: Invocation) -> Set<JournalEntry.Kind> {
        let reasons = (invocation.values["--reason"] ?? []).compactMap {
            QuarantineReason(rawValue: $0)
        }
        switch (invocation.text("--kind"), reasons.isEmpty) {
        case (nil, true): return []
        case ("event", _): return [.event]
        case (_, true): return Set(QuarantineReason.allCases.map { .quarantined($0) })
        case (_, false): return Set(reasons.map { .quarantined($0) })
        }
    }

    /// Nothing after this record is meant.
    mutating func end(at last: UInt64) {
        let range = filter.sequences
        filter.sequences = min(range.lowerBound, last)...min(range.upperBound, last)
    }
}

/// The records that are meant, and what stood in their way.
struct SelectedRecords {
    private var records: StoredRecords
    private var left: Int
    private let console: Console
    /// Whether something was damaged.
    private(set) var isDamaged = false
    /// Whether a segment went before it was read.
    private(set) var isIncomplete = false

    init(
        _ files: JournalFiles, _ selection: JournalSelection, _ console: Console
    ) throws(CommandFailure) {
        records = try JournalCommands.asking { () throws(JournalError) in
            try StoredRecords(files, selection.filter)
        }
        left = selection.limit
        self.console = console
    }

    /// The next record; what is damaged or gone is told on the way.
    mutating func next() throws(CommandFailure) -> StoredRecord? {
        while left > 0 {
            let reading: StoredRecords.Reading?
            do {
                reading = try records.next()
            } catch {
                throw JournalCommands.failure(error)
            }
            switch reading {
            case nil: return nil
            case .record(let record):
                left -= 1
                return record
            case .gone(let number):
                isIncomplete = true
                console.complain(
                    ["segment \(number) was given up meanwhile: what was left of it is not here"])
            case .damaged(let fault):
                isDamaged = true
                console.complain(["\(fault)"], hint: fault.meaning)
            }
        }
        return nil
    }
}
