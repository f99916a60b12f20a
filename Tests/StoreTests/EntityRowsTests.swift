import Store
import Support
import Testing

@Suite struct EntityRowsTests {
    @Test func `entities come in the order of their ids' bytes, from a cursor on`() throws {
        let directory = try TemporaryDirectory()
        let folder = StateFolder(directory.path)
        try StateStore.open(folder).applyAll(
            ["b", "B", "a", "å", "aa"].map { SampleEvent(id: $0) })
        let reader = try StateReader.open(folder)
        func ids(after cursor: String?) throws -> [String] {
            let rows = try reader.rows(of: "thing", after: cursor)
            var ids: [String] = []
            while let row = try rows.next() { ids.append(row.id) }
            return ids
        }
        #expect(try ids(after: nil) == ["B", "a", "aa", "b", "å"])
        #expect(try ids(after: "a") == ["aa", "b", "å"])
        #expect(try ids(after: "ab") == ["b", "å"])
        #expect(try ids(after: "å") == [])
        #expect(try reader.rows(of: "nothing").next() == nil)
    }
}
