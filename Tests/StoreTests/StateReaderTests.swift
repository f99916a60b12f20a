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
