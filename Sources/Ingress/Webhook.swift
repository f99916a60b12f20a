internal import Events
internal import HTTP
internal import JSON
internal import Journal

/// What ingress knows of a webhook before it is on disk.
struct Webhook {
    let entry: JournalEntry

    /// What a scan found, or the refusal of a body that is no JSON.
    init(
        _ result: ScanResult, receivedAt: Timestamp, traceparent: String?, apiKeyName: String
    ) throws(HTTPProblem) {
        switch result {
        case .event(let event):
            entry = JournalEntry(
                kind: .event, receivedAt: receivedAt, type: event.type, key: event.key,
                eventID: event.eventID, eventIDText: event.eventIDText,
                occurredAtText: event.occurredAtText, bodyHash: event.bodyHash,
                traceparent: traceparent, apiKeyName: apiKeyName)
        case .quarantine(let reason, let parts):
            entry = JournalEntry(
                kind: .quarantined(reason), receivedAt: receivedAt, type: parts.type,
                key: parts.key, eventID: parts.eventID, eventIDText: parts.eventIDText,
                occurredAtText: parts.occurredAtText, bodyHash: parts.bodyHash,
                traceparent: traceparent, apiKeyName: apiKeyName)
        case .malformed(let what):
            throw .malformed(what)
        case .outOfMemory:
            throw .outOfMemory
        }
    }
}

/// The answer to what was taken.
enum Acknowledgement {
    /// `{"eventId","status","duplicate","position"}`, and the reason of a quarantine.
    static func response(_ receipt: AppendReceipt, eventID: String?) -> HTTPResponse {
        var writer = JSONWriter(capacity: 128)
        writer.object { object in
            object.field("eventId", eventID)
            switch receipt.status {
            case .accepted: object.field("status", "accepted")
            case .quarantined(let reason):
                object.field("status", "quarantined")
                object.field("reason", reason.rawValue)
            }
            object.field("duplicate", receipt.duplicate)
            object.field("position", receipt.position)
        }
        return HTTPResponse(.json, writer.bytes)
    }
}
