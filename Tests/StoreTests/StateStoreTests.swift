import Events
import Projection
import SQLite
import Store
import Support
import Testing

@Suite struct StateStoreTests {
    @Test func `what was committed is there after opening again`() throws {
        let directory = try TemporaryDirectory()
        let folder = StateFolder(directory.path)
        do {
            let store = try StateStore.open(folder)
            try store.applyAll([SampleEvent()])
        }
        let store = try StateStore.open(folder)
        try store.applyAll([SampleEvent(seconds: 2, eventID: 2, fields: [("b", "2")])])
        let reader = try StateReader.open(folder)
        #expect(
            try reader.exported() == #"{"entity":"thing","id":"thing-1","state":{"a":1,"b":2}}"#
                + "\n")
        #expect(try reader.history("thing", "thing-1").map(\.number) == [1, 2])
    }

    @Test func `what was rolled back never happened`() throws {
        let directory = try TemporaryDirectory()
        let folder = StateFolder(directory.path)
        let store = try StateStore.open(folder)
        try store.applyAll([SampleEvent()])
        try store.begin()
        try store.apply(SampleEvent(seconds: 2, fields: [("a", "2")]))
        try store.apply(SampleEvent(type: "thing.ended", id: "thing-2"))
        store.rollBack()
        let outcomes = try store.applyAll([
            SampleEvent(type: "thing.ended", id: "thing-3"), SampleEvent(),
        ])
        #expect(outcomes == [.applied, .duplicate])
        let reader = try StateReader.open(folder)
        #expect(
            try reader.exported() == """
                {"entity":"thing","id":"thing-1","state":{"a":1}}
                {"entity":"thing","id":"thing-3","state":{"a":1}}

                """)
        #expect(try reader.history("thing", "thing-3").map(\.type) == ["thing.ended"])
    }

    /// A catalogue of these types.
    private func sample(_ types: String) throws -> Catalogue {
        try Catalogue(json5: Array("{types: {\(types)}}".utf8))
    }

    private static let changed =
        #""thing.changed": {entity: "thing", key: "data.id", snapshot: "data"}"#

    @Test func `a type whose rules changed is refused once the state has events of it`() throws {
        let directory = try TemporaryDirectory()
        let folder = StateFolder(directory.path)
        let other = try sample(

            Self.changed.replacing("}", with: ", rank: 30}")
                + #", "thing.new": {entity: "other", key: "data.id", snapshot: "data"}"#)
        do { _ = try StateStore.open(folder) }
        do { _ = try StateStore.open(folder, .init(other, cacheBytes: 0)) }
        let path: String
        do {
            let store = try StateStore.open(folder)
            try store.applyAll([SampleEvent()])
            path = store.path
        }
        #expect(throws: StoreError.rulesChanged(path: path, type: "thing.changed")) {
            try StateStore.open(folder, .init(other, cacheBytes: 0))
        }
        #expect(throws: StoreError.typeGone(path: path, type: "thing.changed")) {
            try StateStore.open(
                folder, .init(Catalogue.shipped, cacheBytes: 0))
        }
    }

    @Test func `types that are new to the state, or that it has no event of, are no matter`() throws
    {
        let directory = try TemporaryDirectory()
        let folder = StateFolder(directory.path)
        do {
            let store = try StateStore.open(folder)
            try store.begin()
            try store.apply(SampleEvent(type: "thing.ended"))
            store.rollBack()
            try store.applyAll([SampleEvent()])
        }
        // Without thing.ended and thing.reset, and with another one.
        let other = try sample(
            Self.changed + #", "thing.new": {entity: "thing", key: "data.id", snapshot: "data"}"#)
        do { _ = try StateStore.open(folder, .init(other, cacheBytes: 0)) }
        let store = try StateStore.open(folder)
        #expect(try store.applyAll([SampleEvent()]) == [.duplicate])
    }

    @Test func `another format is refused`() throws {
        let directory = try TemporaryDirectory()
        let folder = StateFolder(directory.path)
        let path = try StateStore.open(folder).path
        try Connection(path: path).execute("UPDATE meta SET value = 99 WHERE name = 'format'")
        #expect(throws: StoreError.format(path: path, found: 99, known: 3)) {
            try StateStore.open(folder)
        }
        #expect(throws: StoreError.format(path: path, found: 99, known: 3)) {
            try StateReader.open(folder)
        }
    }

    @Test func `a file that is no database is an error that says what to do`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("state.sqlite")
        try FileSystem.write(String(repeating: "no database ", count: 1000), to: path)
        let error = #expect(throws: StoreError.self) {
            try StateStore(path: path, .init(catalogue, cacheBytes: 0))
        }
        #expect(error?.description.contains("hookline replay") == true)
    }

    @Test(arguments: 0..<40)
    func `the state is that of a plain fold, whatever is cached, committed or rolled back`(
        seed: Int
    ) throws {
        let directory = try TemporaryDirectory()
        let folder = StateFolder(directory.path)
        var generator = SeededGenerator(seed: seed)
        var expected: [String: EntityState] = [:]
        var store: StateStore? = try StateStore.open(folder, cacheBytes: 2000 * (seed % 3))
        for _ in 0..<30 {
            let events = (0..<8).map { _ in SampleEvent.random(&generator) }
            switch Int.random(in: 0..<6, using: &generator) {
            case 0:
                try store?.begin()
                for event in events { try store?.apply(event) }
                store?.rollBack()
            case 1:
                store = nil
                store = try StateStore.openAgain(
                    folder, .init(catalogue, cacheBytes: 2000 * (seed % 3)))
            default:
                try store?.applyAll(events)
                for event in events { try expected[event.id, default: EntityState()].apply(event) }
            }
        }
        let reader = try StateReader.open(folder)
        let lines = expected.sorted { $0.key < $1.key }.map {
            String(decoding: $1.exportLine("thing", $0), as: UTF8.self) + "\n"
        }
        #expect(try reader.exported() == lines.joined())
    }
}

extension SampleEvent {
    fileprivate static func random(_ generator: inout SeededGenerator) -> SampleEvent {
        let types = ["thing.changed", "thing.ended", "thing.reset"]
        let fields = (0..<Int.random(in: 0...3, using: &generator)).map { _ in
            ("\(Int.random(in: 0...4, using: &generator))", "\(generator.next() % 5)")
        }
        return SampleEvent(
            type: types.randomElement(using: &generator) ?? "",
            id: "thing-\(Int.random(in: 0...9, using: &generator))",
            seconds: .random(in: 0...5, using: &generator),
            eventID: .random(in: 0...3, using: &generator), fields: fields)
    }
}

extension EntityState {
    fileprivate mutating func apply(_ event: SampleEvent) throws {
        let replaces = event.type == "thing.reset"
        let fields = event.fields.map { ($0.name, $0.value) }
        merge(EntityState(try event.version, replacing: replaces, fields))
    }
}
