import Events
import Projection
import Store
import Support
import Testing

@Suite struct StateStoreApplyTests {
    let directory: TemporaryDirectory
    let store: StateStore
    let reader: StateReader

    init() throws {
        directory = try TemporaryDirectory()
        let folder = StateFolder(directory.path)
        store = try StateStore.open(folder)
        reader = try StateReader.open(folder)
    }

    @Test func `each event has its outcome, and each is in the history`() throws {
        let old = SampleEvent(seconds: 2, eventID: 1, fields: [("a", "1"), ("b", "1")])
        let outcomes = try store.applyAll([
            old, SampleEvent(seconds: 3, eventID: 2, fields: [("a", "2")]), old,
            SampleEvent(seconds: 2, eventID: 0, fields: [("b", "0"), ("c", "0")]),
            SampleEvent(seconds: 1, eventID: 3, fields: [("a", "0")]),
        ])
        #expect(outcomes == [.applied, .applied, .duplicate, .partlyApplied, .stale])
        let history = try reader.history("thing", "thing-1")
        #expect(history.map(\.outcome) == outcomes)
        #expect(history.map(\.position.offset) == [0, 1, 2, 3, 4])
    }

    @Test func `a duplicate is one in another transaction and after opening again, too`() throws {
        let event = SampleEvent()
        let newer = SampleEvent(seconds: 9, eventID: 9)
        #expect(try store.applyAll([event, newer]) == [.applied, .applied])
        #expect(try store.applyAll([event]) == [.duplicate])
        let other = try StateStore(
            path: store.path, .init(catalogue, cacheBytes: 0))
        #expect(try other.applyAll([event, newer]) == [.duplicate, .duplicate])
    }

    @Test func `the same id with another body or type is no duplicate`() throws {
        let outcomes = try store.applyAll([
            SampleEvent(seconds: 1, fields: [("a", "1")]),
            SampleEvent(seconds: 2, fields: [("a", "2")]),
            SampleEvent(type: "thing.ended", seconds: 3, fields: [("a", "2")]),
            SampleEvent(id: "thing-2", seconds: 1, fields: [("a", "1")]),
        ])
        #expect(outcomes == [.applied, .applied, .applied, .applied])
    }

    @Test func `half a hash that two bodies share makes no duplicate`() throws {
        let outcomes = try store.applyAll([
            SampleEvent(seconds: 1, hash: BodyHash(high: 1, low: 7)),
            SampleEvent(seconds: 2, hash: BodyHash(high: 2, low: 7)),
            SampleEvent(seconds: 2, hash: BodyHash(high: 2, low: 7)),
        ])
        #expect(outcomes == [.applied, .applied, .duplicate])
    }

    @Test func `an entity with many events knows them all`() throws {
        let events = (0..<2500).map {
            SampleEvent(
                seconds: 2500 - Int64($0), eventID: UInt64($0), fields: [("f\($0 % 7)", "\($0)")])
        }
        for start in stride(from: 0, to: 2500, by: 100) {
            try store.applyAll(Array(events[start..<start + 100]))
        }
        #expect(try reader.history("thing", "thing-1").map(\.number) == Array(1...2500))
        for start: Int64 in [0, 1, 999, 1000, 1001, 2300, 2432, 2433, 2499, 2500] {
            let rows = try reader.historyRows("thing", "thing-1", after: start)
            var rest: [Int64] = []
            while let row = try rows.next() { rest.append(row.number) }
            #expect(rest == Array(start..<2500).map { $0 + 1 })
            #expect(rows.isAtEnd)
        }
        let again = try store.applyAll(events.shuffled())
        #expect(again.allSatisfy { $0 == .duplicate })
        #expect(try reader.history("thing", "thing-1").count == 5000)
    }

    @Test func `ids that look alike are two entities`() throws {
        try store.applyAll([
            SampleEvent(id: "caf\u{e9}", fields: [("a", "1")]),
            SampleEvent(id: "cafe\u{301}", fields: [("a", "2")]),
        ])
        #expect(
            try reader.exported().utf8.elementsEqual(
                """
                {"entity":"thing","id":"cafe\u{301}","state":{"a":2}}
                {"entity":"thing","id":"caf\u{e9}","state":{"a":1}}

                """.utf8))
    }
}
