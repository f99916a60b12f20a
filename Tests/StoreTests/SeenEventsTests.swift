@testable import Store
import Testing

@Suite struct SeenEventsTests {
    @Test func `what is added is found, in the stored form too`() throws {
        var seen = SeenEvents()
        seen.add(.max, history: 1)
        seen.add(0x0102_0304_0506_0708, history: .max)
        seen.add(.max, history: 3)
        let read = try #require(SeenEvents(seen.bytes))
        #expect(read.entries.map(\.fingerprint) == [.max, 0x0102_0304_0506_0708, .max])
        #expect(read.entries.map(\.history) == [1, .max, 3])
        #expect(read.find(.max, from: 0)?.history == 1)
        #expect(read.find(.max, from: 1)?.history == 3)
        #expect(read.find(.max, from: 3) == nil)
        #expect(read.find(7, from: 0) == nil)
    }

    @Test func `a cut list is none`() {
        #expect(SeenEvents([1, 2, 3])?.count == nil)
        #expect(SeenEvents([])?.count == 0)
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
