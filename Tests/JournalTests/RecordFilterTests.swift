import Events
import Testing

@testable import Journal

struct RecordFilterTests {
    private let record = JournalRecord(
        sequence: 7,
        entry: JournalEntry(
            kind: .event, receivedAt: Timestamp(seconds: 100), type: "order.updated",
            key: "order-1", eventID: EventID("0000000A-0000-0000-0000-00000000000B"),
            eventIDText: "0000000A-0000-0000-0000-00000000000B",
            bodyHash: BodyHash(high: 0, low: 0), apiKeyName: "main"),
        body: [])

    private func takes(_ change: (inout RecordFilter) -> Void) -> Bool {
        var filter = RecordFilter()
        change(&filter)
        return filter.takes(record)
    }

    @Test func `without a condition it takes everything`() {
        #expect(takes { _ in })
    }

    @Test func `each condition alone can leave a record out`() {
        #expect(takes { $0.sequences = 7...7 })
        #expect(!takes { $0.sequences = 8...9 })
        #expect(!takes { $0.sequences = 1...6 })
        #expect(takes { $0.types = ["a", "order.updated"] })
        #expect(!takes { $0.types = ["order"] })
        #expect(takes { $0.keys = ["order-1"] })
        #expect(!takes { $0.keys = ["order-2"] })
        #expect(takes { $0.kinds = [.event] })
        #expect(!takes { $0.kinds = [.quarantined(.key)] })
    }

    @Test func `an eventId is found in any case`() {
        #expect(takes { $0.eventIDs = ["0000000a-0000-0000-0000-00000000000b"] })
        #expect(takes { $0.eventIDs = ["x", "0000000A-0000-0000-0000-00000000000B"] })
        #expect(!takes { $0.eventIDs = ["0000000a-0000-0000-0000-00000000000c"] })
    }

    @Test func `since is part of the time, until is not`() {
        #expect(takes { $0.since = Timestamp(seconds: 100) })
        #expect(!takes { $0.since = Timestamp(seconds: 100, nanoseconds: 1) })
        #expect(!takes { $0.until = Timestamp(seconds: 100) })
        #expect(takes { $0.until = Timestamp(seconds: 100, nanoseconds: 1) })
    }

    @Test func `what a record does not have fits no condition on it`() {
        var filter = RecordFilter()
        filter.types = [""]
        let bare = JournalRecord(
            sequence: 1,
            entry: JournalEntry(
                kind: .quarantined(.envelope), receivedAt: Timestamp(seconds: 0),
                bodyHash: BodyHash(high: 0, low: 0), apiKeyName: ""), body: [])
        #expect(!filter.takes(bare))
        filter.types = []
        filter.eventIDs = ["x"]
        #expect(!filter.takes(bare))
    }
}
