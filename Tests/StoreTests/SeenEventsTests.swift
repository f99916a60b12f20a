@testable import Store
import Testing

@Suite struct SeenEventsTests {
    @Test func `what is encoded is read back`() {
        var seen = SeenEvents()
        seen.add(.max, history: 1)
        seen.add(0x0102_0304_0506_0708, history: .max)
        var bytes: [UInt8] = []
        seen.encode(to: &bytes)
        let read = SeenEvents(encoded: bytes.span)
        #expect(read?.entries.map(\.fingerprint) == seen.entries.map(\.fingerprint))
        #expect(read?.entries.map(\.history) == [1, .max])
        let cut = SeenEvents(encoded: bytes.span.extracting(droppingLast: 1))
        #expect(cut?.entries.count == nil)
    }

    @Test func `it is full at its limit`() {
        var seen = SeenEvents()
        for number in 0..<SeenEvents.limit {
            #expect(seen.isFull == false)
            seen.add(UInt64(number), history: 1)
        }
        #expect(seen.isFull)
        seen.removeAll()
        #expect(seen.entries.isEmpty)
    }
}
