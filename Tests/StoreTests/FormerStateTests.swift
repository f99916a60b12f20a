import Events
import SQLite
import Support
import Testing

@testable import Store

/// The state that version 0.1.0 left is taken over in place.
@Suite struct FormerStateTests {
    private let directory: TemporaryDirectory
    private let folder: StateFolder

    init() throws {
        directory = try TemporaryDirectory()
        folder = StateFolder(try FormerVersion.unpack("state", into: directory))
    }

    private func export(_ generation: String? = nil) throws -> [String] {
        let export = try StateExport(StateReader.open(folder, generation: generation))
        var lines: [String] = []
        while let line = try export.next() { lines.append(String(decoding: line, as: UTF8.self)) }
        return lines
    }

    @Test func `both generations read as they did`() throws {
        #expect(try export() == FormerVersion.expected("state-export.jsonl"))
        #expect(try export("000001") == FormerVersion.expected("state-export-previous.jsonl"))
    }

    @Test func `it is opened for writing with its offsets, gaps and dead letters`() throws {
        let before = try StateReader.open(folder).progress()
        let store = try StateStore.open(
            folder, .init(Catalogue.shipped, cacheBytes: 1 << 20))
        #expect(try store.progress() == before)
        #expect(try store.gaps().count == FormerVersion.expected("gaps.json").count)
        #expect(
            try store.deadLetterCounts().values.reduce(0, +)
                == FormerVersion.expected("dead-letters.json").count)

        let first = try #require(before.first { $0.last != nil })
        let anchored = PartitionProgress(
            topic: first.topic, partition: first.partition, next: first.next, last: first.last,
            anchor: LastRecord(offset: 0, eventID: nil, hash: BodyHash(high: 1, low: 2)))
        try store.begin()
        try store.advance(anchored)
        try store.commit()
        #expect(try store.progress().contains(anchored))
        #expect(try export() == FormerVersion.expected("state-export.jsonl"))
    }

    private func value(_ sql: String, in path: String) throws -> Int64 {
        let query = try Connection(path: path, mode: .readOnly).prepare(sql)
        _ = try query.step()
        return query.integer(0)
    }

    private static let settings = StoreSettings(Catalogue.shipped, cacheBytes: 1 << 20)

    /// Some later builds of that version made the table `anchors`, with the same format.
    @Test(arguments: [false, true])
    func `it is brought to the present format in place`(hasAnchors: Bool) throws {
        let path = try #require(try folder.currentDatabase())
        if hasAnchors {
            try Connection(path: path).execute(
                """
                CREATE TABLE anchors(
                    topic INTEGER NOT NULL, partition INTEGER NOT NULL, "offset" INTEGER NOT NULL,
                    hash BLOB, time INTEGER, PRIMARY KEY(topic, partition)) WITHOUT ROWID
                """)
        }
        let history = try StateReader.open(folder).history("order", "order-many")
        let letters = try StateReader.open(folder).deadLetters(limit: 100)
        var upgraded: [Int] = []
        do {
            let store = try StateStore.open(folder, Self.settings) { upgraded.append($0) }
            #expect(store.listedRows == 0)
            while try store.fillLists() {}
            #expect(store.listedRows == nil)
        }
        do { _ = try StateStore.open(folder, Self.settings) { upgraded.append($0) } }
        #expect(upgraded == [2])
        let reader = try StateReader.open(folder)
        #expect(try export() == FormerVersion.expected("state-export.jsonl"))
        #expect(history.count == 140)
        let again = try reader.history("order", "order-many")
        #expect(again.map(\.number) == history.map(\.number))
        let rest = try reader.historyRows("order", "order-many", after: again[99].number)
        #expect(try rest.next()?.number == again[100].number)
        #expect(try reader.deadLetters(limit: 100).map(\.value) == letters.map(\.value))
        #expect(try value("PRAGMA page_size", in: path) == 4096)
        #expect(
            try value("SELECT value FROM meta WHERE name = 'dead_letter_bytes'", in: path)
                == letters.reduce(0) { $0 + Int64(($1.key?.count ?? 0) + ($1.value?.count ?? 0)) })
        // The one that was live before stays as it is, until somebody opens it for writing.
        let previous = try folder.generation(named: "000001")
        #expect(
            try value("SELECT value FROM meta WHERE name = 'format'", in: previous.database) == 2)
        #expect(try export("000001") == FormerVersion.expected("state-export-previous.jsonl"))
    }

    @Test func `an upgrade that is cut off leaves the state as it was, and comes to its end later`()
        throws
    {
        let path = try #require(try folder.currentDatabase())
        // In the way of one of the last steps.
        try Connection(path: path).execute("CREATE TABLE lists(a)")
        #expect(throws: StoreError.self) { try StateStore.open(folder, Self.settings) }
        #expect(try value("SELECT value FROM meta WHERE name = 'format'", in: path) == 2)
        #expect(try export() == FormerVersion.expected("state-export.jsonl"))
        try Connection(path: path).execute("DROP TABLE lists")
        do { _ = try StateStore.open(folder, Self.settings) }
        #expect(try value("SELECT value FROM meta WHERE name = 'format'", in: path) == 3)
        #expect(try export() == FormerVersion.expected("state-export.jsonl"))
    }
}
