import Events
import Projection
import Store
import Support
import Testing

@Suite struct StateReaderTests {
    let directory: TemporaryDirectory
    let folder: StateFolder
    let store: StateStore

    init() throws {
        directory = try TemporaryDirectory()
        folder = StateFolder(directory.path)
        store = try StateStore.open(folder)
    }

    @Test func `a folder without state is an error that names it`() throws {
        let empty = StateFolder(directory.file("nothing"))
        #expect(throws: StoreError.noState(folder: empty.path)) { try StateReader.open(empty) }
    }

    @Test func `an entity that nobody knows has no state and no history`() throws {
        let reader = try StateReader.open(folder)
        try store.applyAll([SampleEvent()])
        #expect(try reader.state("thing", "thing-2") == nil)
        #expect(try reader.state("nothing", "thing-1") == nil)
        #expect(try reader.history("thing", "thing-2").isEmpty)
        #expect(try reader.history("nothing", "thing-1").isEmpty)
    }

    @Test func `a snapshot does not move while the writer goes on`() throws {
        let reader = try StateReader.open(folder)
        try store.applyAll([SampleEvent()])
        try reader.snapshot { () throws(StoreError) in
            let before = try reader.state("thing", "thing-1")
            _ = try? store.applyAll([SampleEvent(seconds: 5, fields: [("a", "5")])])
            #expect(try reader.state("thing", "thing-1") == before)
        }
        #expect(try reader.state("thing", "thing-1")?.newest?.occurredAt == Timestamp(seconds: 5))
    }

    @Test func `the state is read when nobody writes any more`() throws {
        let path = directory.file("other")
        do { try StateStore.open(StateFolder(path)).applyAll([SampleEvent()]) }
        let reader = try StateReader.open(StateFolder(path))
        #expect(try reader.entities() == ["thing"])
        #expect(try reader.state("thing", "thing-1") != nil)
    }

    @Test func `a history is read on from a row, and of many events all are there`() throws {
        // More than an entity's own row keeps.
        let events = (1...300).map { SampleEvent(seconds: Int64($0), eventID: UInt64($0)) }
        for start in stride(from: 0, to: 300, by: 50) {
            try store.applyAll(Array(events[start..<start + 50]))
        }
        let reader = try StateReader.open(folder)
        let all = try reader.history("thing", "thing-1")
        #expect(all.map(\.version.eventID.low) == (1...300).map(UInt64.init))
        let rows = try reader.historyRows("thing", "thing-1", after: all[297].number)
        #expect(!rows.isAtEnd)
        #expect(try rows.next()?.version == all[298].version)
        #expect(try rows.next()?.version == all[299].version)
        #expect(rows.isAtEnd)
        #expect(try rows.next() == nil)
    }

    @Test func `the events that set a state's fields are found among many, with their copies`()
        throws
    {
        let oldest = SampleEvent(seconds: 1, eventID: 1, fields: [("a", "1")])
        try store.applyAll([oldest, oldest])
        for number in 2...300 {
            try store.applyAll([
                SampleEvent(
                    seconds: Int64(number), eventID: UInt64(number), fields: [("b", "\(number)")])
            ])
        }
        let reader = try StateReader.open(folder)
        let state = try #require(try reader.state("thing", "thing-1"))
        let setters = try reader.setters(of: state, "thing", "thing-1")
        #expect(setters.map(\.version.eventID.low) == [1, 1, 300])
        #expect(setters.map(\.outcome) == [.applied, .duplicate, .applied])
        #expect(try reader.setters(of: state, "thing", "thing-2").isEmpty)
    }

    @Test func `history gives the event's whole description`() throws {
        let event = SampleEvent(type: "thing.ended", further: Array(#"{"x":"1"}"#.utf8))
        try store.applyAll([event])
        let entry = try #require(try StateReader.open(folder).history("thing", "thing-1").first)
        #expect(entry.type == "thing.ended")
        #expect(try entry.version == event.version)
        #expect(entry.position == RecordPosition(topic: "thing.ended", partition: 0, offset: 0))
        #expect(entry.outcome == .applied)
        #expect(entry.further == event.further)
    }
}
