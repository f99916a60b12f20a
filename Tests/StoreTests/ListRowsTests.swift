import Events
import JSON
import Projection
import SQLite
import Support
import Testing

@testable import Store

/// Lists hold what a look at every state holds, however they look it up.
@Suite struct ListRowsTests {
    private let directory: TemporaryDirectory
    private let folder: StateFolder

    init() throws {
        directory = try TemporaryDirectory()
        folder = StateFolder(directory.path)
    }

    static func catalogue(filters: [String]) throws -> Catalogue {
        let paths = filters.map { "\"\($0)\"" }.joined(separator: ", ")
        let text = """
            {types: {
                "thing.changed": {
                    entity: "thing", key: "data.id", snapshot: "data", filters: [\(paths)]},
                "thing.ended": {entity: "thing", key: "data.id", snapshot: "data", rank: 40},
                "thing.reset": {entity: "thing", key: "data.id", snapshot: "data", mode: "replace"},
            }}
            """
        return try Catalogue(json5: Array(text.utf8))
    }

    private func events(_ count: Int, _ generator: inout SeededGenerator) -> [SampleEvent] {
        (0..<count).map { _ in
            SampleEvent(
                type: ["thing.changed", "thing.reset"].randomElement(using: &generator) ?? "",
                id: "thing-\(Int.random(in: 0..<60, using: &generator))",
                seconds: .random(in: 0..<40, using: &generator), eventID: generator.next(),
                fields: [
                    ("a", "\"\(Int.random(in: 0..<3, using: &generator))\""),
                    ("owner", "{\"name\":\(Int.random(in: 0..<4, using: &generator))}"),
                ].filter { _ in Bool.random(using: &generator) })
        }
    }

    /// The ids that a list has, each page of `page` steps by a reader of its own.
    private func ids(
        _ selection: ListSelection, page: Int = .max, in generation: String? = nil
    ) throws -> [String] {
        let texts = FieldText()
        var ids: [String] = []
        var position: ListPosition?
        while true {
            let reader = try StateReader.open(folder, generation: generation)
            let rows = try #require(try reader.list(selection, after: position))
            for _ in 0..<page {
                switch try rows.next() {
                case .end: return ids
                case .passed: continue
                case .entity(let entity):
                    let isMeant = selection.fields.allSatisfy { field in
                        JSONPath(field.path).map { texts.text(at: FieldPath($0), in: entity.state) }
                            == field.text
                    }
                    if isMeant, entity.state.isChanged(since: selection.since) {
                        ids.append(entity.id)
                    }
                }
            }
            position = rows.position
        }
    }

    /// Compares every list with a look at all states.
    private func check(generation: String? = nil) throws {
        let reader = try StateReader.open(folder, generation: generation)
        let texts = FieldText()
        var all: [ListedEntity] = []
        let rows = try reader.rows(of: "thing")
        while let row = try rows.next() { all.append(row) }
        let conditions: [[(path: String, text: [UInt8])]] = [
            [], [("a", Array("1".utf8))], [("owner.name", Array("2".utf8))],
            [("a", Array("0".utf8)), ("owner.name", Array("3".utf8))],
            [("a", Array("9".utf8))],
        ]
        for fields in conditions {
            for since in [nil, Timestamp(seconds: 20), Timestamp(seconds: 99)] as [Timestamp?] {
                let expected = all.filter { entity in
                    fields.allSatisfy { field in
                        JSONPath(field.path).map { texts.text(at: FieldPath($0), in: entity.state) }
                            == field.text
                    } && entity.state.isChanged(since: since)
                }.map(\.id)
                let selection = ListSelection("thing", fields: fields, since: since)
                for page in [7, Int.max] {
                    let found = try ids(selection, page: page, in: generation)
                    #expect(found.sorted() == expected.sorted(), "\(selection)")
                }
            }
        }
    }

    @Test(arguments: 0..<4)
    func `whatever is written, rolled back or built, lists have all that is meant, once`(
        seed: Int
    ) throws {
        var generator = SeededGenerator(seed: seed)
        let settings = StoreSettings(
            try Self.catalogue(filters: ["a", "owner.name"]), cacheBytes: [0, 9000][seed % 2])
        let store = try StateStore.open(folder, settings)
        let (builder, generation) = try StateStore.build(in: folder, settings)
        for round in 0..<12 {
            let events = events(40, &generator)
            try builder.applyAll(events)
            if round % 4 == 3 {
                try store.begin()
                for event in self.events(9, &generator) { try store.apply(event) }
                store.rollBack()
            }
            try store.applyAll(events)
        }
        try builder.finish(generation, in: folder)
        try check()
        try check(generation: generation.name)
        let count = try StateReader.open(folder).listEntries()
        #expect(try StateReader.open(folder, generation: generation.name).listEntries() == count)
    }

    @Test(arguments: 0..<2)
    func `fields that the catalogue gets or loses are filled in or removed between batches`(
        seed: Int
    ) throws {
        var generator = SeededGenerator(seed: seed)
        for filters in [["a"], ["a", "owner.name"], ["owner.name"], [], ["a", "owner.name"]] {
            try {
                let store = try StateStore.open(
                    folder, .init(Self.catalogue(filters: filters), cacheBytes: 9000))
                var isBusy = true
                while isBusy {
                    // Lists are right before, while and after they are filled.
                    try check()
                    isBusy = try store.fillLists()
                    if isBusy, Bool.random(using: &generator) {
                        try store.applyAll(events(5, &generator))
                    }
                }
                #expect(store.listedRows == nil)
                try store.applyAll(events(50, &generator))
                try check()
            }()
        }
        #expect(try StateReader.open(folder).listFields() == ["", "a", "owner.name"])
    }

    @Test func `the order is that of the last change, or of the rows`() throws {
        let store = try StateStore.open(
            folder, .init(Self.catalogue(filters: ["a"]), cacheBytes: 9000))
        try store.applyAll([
            SampleEvent(id: "z", seconds: 5, eventID: 1),
            SampleEvent(id: "m", seconds: 9, eventID: 2),
            SampleEvent(id: "a", seconds: 7, eventID: 3),
        ])
        #expect(try ids(ListSelection("thing")) == ["a", "m", "z"])
        #expect(try ids(ListSelection("thing", fields: [("a", [0x31])])) == ["a", "m", "z"])
        try store.applyAll([SampleEvent(id: "b", seconds: 8, eventID: 4)])
        #expect(try ids(ListSelection("thing", fields: [("a", [0x31])])) == ["a", "m", "z", "b"])
        #expect(
            try ids(ListSelection("thing", since: Timestamp(seconds: 6))) == ["a", "b", "m"])
    }

    @Test func `a position that the lists know no more of has no list`() throws {
        _ = try StateStore.open(folder, .init(Self.catalogue(filters: []), cacheBytes: 9000))
        let reader = try StateReader.open(folder)
        let selection = ListSelection("thing", fields: [("a", [0x31])])
        #expect(try reader.list(selection, after: .row(1)) == nil)
        #expect(try reader.list(ListSelection("none"), after: .change(second: 1, row: 1)) == nil)
    }
}

extension EntityState {
    fileprivate func isChanged(since: Timestamp?) -> Bool {
        guard let since else { return true }
        return newest.map { $0.occurredAt >= since } ?? false
    }
}

extension StateReader {
    fileprivate func listEntries() throws -> Int64 {
        let query = try connection.prepare("SELECT count(*) FROM lists")
        _ = try query.step()
        return query.integer(0)
    }

    fileprivate func listFields() throws -> [String] {
        try ListIndex.read(connection).map(\.name).sorted()
    }
}
