import Consumer
import Events
import Projection
import Store
import Support
import Testing

@Suite struct DeadLetterDropTests {
    @Test func `what is meant is set aside, in as many transactions as it takes`() throws {
        let store = try StateStore(path: ":memory:", .init(.shipped, cacheBytes: 0))
        func keep(_ offsets: Range<Int64>) throws {
            try store.begin()
            for offset in offsets {
                try store.keepDeadLetter(
                    offset.isMultiple(of: 2) ? .json : .envelope, "why",
                    at: RecordPosition(topic: "t", partition: 0, offset: offset), key: nil,
                    value: [UInt8(truncatingIfNeeded: offset)].span, time: Timestamp(seconds: 1))
            }
            try store.commit()
        }
        try keep(0..<2400)
        var selection = DeadLetterSelection()
        selection.reasons = [.json]
        let drop = try DeadLetterDrop(store, DropOrder(selection, because: "junk"))
        // Comes in later.
        try keep(2400..<2402)
        while try drop.step() {}
        #expect(drop.count == 1200)
        #expect(try store.droppedCount() == 1200)
        #expect(try store.deadLetterCounts() == [.json: 1, .envelope: 1201])
    }

    @Test func `an order reads as it was written`() throws {
        var selection = DeadLetterSelection()
        #expect(DropOrder("\(DropOrder(selection, because: "why"))")?.why == "why")
        selection.topics = ["a", "b"]
        selection.until = Timestamp(seconds: 5)
        let order = DropOrder(selection, because: "because of 7 things")
        #expect(DropOrder("\(order)") == order)
        #expect(DropOrder("no line feed") == nil)
        #expect(DropOrder("why\nsize 7") == nil)
    }
}
