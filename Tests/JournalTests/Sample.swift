import Events
import Files

@testable import Journal

/// Entries, records and batches to try things with.
enum Sample {
    static let journal = JournalID(high: 0x1122_3344_5566_7788, low: 0x99AA_BBCC_DDEE_FF00)

    static let entries = [
        JournalEntry(
            kind: .event, receivedAt: Timestamp(seconds: 1_700_000_000, nanoseconds: 123_456_789),
            type: "order.updated", key: "order-1", eventID: EventID(high: 1, low: 2),
            eventIDText: "00000000-0000-0001-0000-000000000002",
            occurredAtText: "2024-01-01T00:00:00Z", bodyHash: BodyHash(high: 3, low: 4),
            traceparent: "00-abc-def-01", apiKeyName: "main"),
        JournalEntry(
            kind: .quarantined(.envelope), receivedAt: Timestamp(seconds: -1),
            bodyHash: BodyHash(high: .max, low: 0), apiKeyName: ""),
        JournalEntry(
            kind: .quarantined(.key), receivedAt: Timestamp(seconds: 5), type: "ä.ö", key: "",
            eventID: EventID(high: .max, low: .max), bodyHash: BodyHash(high: 0, low: 0),
            apiKeyName: "ключ"),
    ]

    /// A body of its own for each number.
    static func body(_ number: Int, bytes: Int = 100) -> [UInt8] {
        let head = Array("{\"number\":\(number),\"filling\":\"".utf8)
        return head + [UInt8](repeating: 120, count: max(0, bytes - head.count - 2))
            + Array("\"}".utf8)
    }

    /// An event with an id of its own for each number.
    static func event(
        _ number: Int, type: String = "order.updated", body: [UInt8],
        kind: JournalEntry.Kind = .event, receivedAt: Timestamp = .now()
    ) -> JournalEntry {
        let id = EventID(high: UInt64(number), low: 0xABCD)
        return JournalEntry(
            kind: kind, receivedAt: receivedAt, type: type, key: "order-\(number % 7)",
            eventID: id, eventIDText: id.description, occurredAtText: "2024-01-01T00:00:00Z",
            bodyHash: BodyHash(hashing: body.span), apiKeyName: "main")
    }

    static func record(_ entry: JournalEntry, body: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        RecordFormat.append(
            entry, kind: entry.kind, body: body.span,
            length: RecordFormat.length(of: entry, bodyBytes: body.count), to: &bytes)
        return bytes
    }

    static func layout(_ bytes: [UInt8]) -> RecordLayout? {
        RecordLayout(bytes.span, at: 0)
    }

    /// A sealed batch of these bodies.
    static func batch(
        _ bodies: [[UInt8]], segment: UInt64 = 9, firstSequence: UInt64 = 100
    ) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: BatchFormat.headBytes)
        for body in bodies { bytes += record(entries[0], body: body) }
        BatchFormat.seal(
            &bytes,
            BatchHead(
                kind: .records, journal: journal, segment: segment, firstSequence: firstSequence,
                count: bodies.count, length: bytes.count - BatchFormat.headBytes, writtenAt: 77))
        return bytes
    }
}
