import Events
import Testing

@testable import Journal

struct JournalEntryTests {
    @Test func `texts that no record takes are left out`() {
        let long = String(repeating: "x", count: 65_536)
        let entry = JournalEntry(
            kind: .quarantined(.envelope), receivedAt: Timestamp(seconds: 0), type: long,
            key: String(long.dropLast()), eventIDText: long, occurredAtText: long,
            bodyHash: BodyHash(high: 1, low: 2), traceparent: long, apiKeyName: long)
        #expect(entry.type == nil)
        #expect(entry.key?.utf8.count == 65_535)
        #expect(entry.eventIDText == nil)
        #expect(entry.occurredAtText == nil)
        #expect(entry.traceparent == nil)
        #expect(entry.apiKeyName.isEmpty)
    }
}
