import Store
import Support
import Testing

@testable import Query

struct LiveStateTests {
    @Test func `another generation is read from when it is the live one`() throws {
        let fixture = try QueryFixture()
        try fixture.apply(SampleEvent(id: "old"))
        let live = LiveState(fixture.folder)
        let first = try live.current()
        #expect(first.generation == "000001")
        #expect(try live.current() === first)

        // Another one beside it, as a rebuilt state is.
        let other = try QueryFixture()
        try other.apply(SampleEvent(id: "new"))
        let place = "\(fixture.directory.path)/generations/000002"
        try FileSystem.makeFolder(place)
        let source = try #require(try other.folder.currentDatabase())
        for suffix in ["", "-wal"] {
            let bytes = try FileSystem.bytes(of: source + suffix)
            try FileSystem.write(bytes, to: "\(place)/state.sqlite\(suffix)")
        }
        #expect(try live.current() === first)
        try FileSystem.write("000002\n", to: fixture.directory.file("CURRENT"))

        live.settle()
        let second = try live.current()
        #expect(second.generation == "000002")
        #expect(try second.state("thing", "new") != nil)
        #expect(try second.state("thing", "old") == nil)
    }

    @Test func `without a state it says so`() throws {
        let directory = try TemporaryDirectory()
        let live = LiveState(StateFolder(directory.path))
        #expect(throws: StoreError.noState(folder: directory.path)) { try live.current() }
    }
}
