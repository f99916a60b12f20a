internal import Events
internal import JSON
internal import Journal

/// Says of a quarantined record where the present catalogue sends it: no I/O.
struct RedriveJudge {
    /// A record on its way, as it would have come from the journal.
    struct Route {
        let topic: String
        let destination: RecordRouter.Destination
        let journalled: JournalRecord
    }

    enum Verdict {
        case goes(Route)
        case stays(String)
    }

    private let scanner: EventScanner
    private let router: RecordRouter
    private let takesConflicts: Bool

    init(_ settings: RedriveSettings, takesConflicts: Bool) {
        scanner = EventScanner(catalogue: settings.catalogue, futureLimit: settings.futureLimit)
        router = settings.router
        self.takesConflicts = takesConflicts
    }

    /// Where the record goes at this time, or why it stays.
    func judge(_ record: QuarantinedRecord, _ body: [UInt8], now: Timestamp) -> Verdict {
        guard let reason = QuarantineReason(rawValue: record.reason),
            let sequence = record.sequence,
            let receivedAt = record.receivedAt.flatMap({ Timestamp(rfc3339: $0) })
        else { return .stays("hookline did not write it") }
        if reason == .conflict, !takesConflicts {
            return .stays("an eventId with two bodies: --force publishes the second one too")
        }
        switch scanner.scan(PaddedBytes(body), receivedAt: now) {
        case .malformed(let what): return .stays("no JSON: \(what)")
        case .outOfMemory: return .stays("there is no memory to read it")
        case .quarantine(let reason, _): return .stays(Self.explanation(of: reason))
        case .event(let event):
            let entry = JournalEntry(
                kind: .event, receivedAt: receivedAt, type: event.type, key: event.key,
                eventID: event.eventID, eventIDText: event.eventIDText,
                occurredAtText: event.occurredAtText, bodyHash: event.bodyHash,
                traceparent: record.traceparent, apiKeyName: "")
            let destination = router.destination(of: entry, isRefused: false)
            return .goes(
                Route(
                    topic: router.topics[destination.topic], destination: destination,
                    journalled: JournalRecord(sequence: sequence, entry: entry, body: body)))
        }
    }

    private static func explanation(of reason: QuarantineReason) -> String {
        switch reason {
        case .envelope: "no usable envelope, or data that the catalogue does not allow"
        case .type: "the catalogue does not have its type"
        case .key: "no usable key where the catalogue says that it is"
        case .ambiguous: "a repeated member where one value must count"
        case .future: "it occurred too far ahead of now"
        case .number: "a number that cannot be held"
        case .depth: "nested too deep"
        case .conflict, .refused: "it cannot be routed"
        }
    }
}
