import Events
import Projection
import Support
import Testing

@testable import Store

@Suite struct StateFolderGenerationsTests {
    let directory: TemporaryDirectory
    let folder: StateFolder

    init() throws {
        directory = try TemporaryDirectory()
        folder = StateFolder(directory.file("state"))
    }

    private var names: [String] {
        get throws { try folder.names(in: folder.generationsPath) }
    }

    @discardableResult
    private func build(_ events: [SampleEvent] = []) throws -> Generation {
        let (store, generation) = try StateStore.build(
            in: folder, .init(catalogue, cacheBytes: 1 << 20))
        try store.applyAll(events)
        try store.finish(generation, in: folder)
        return generation
    }

    private func install(_ generation: Generation, after live: StateStore) throws -> StateStore {
        let store = try StateStore.open(
            generation, in: folder, .init(catalogue, cacheBytes: 1 << 20))
        try store.install(generation, in: folder, with: live.lock)
        return store
    }

    @Test func `a generation is built beside the live one and changes nothing of it`() throws {
        let live = try StateStore.open(folder)
        let lock = try folder.lockForReplay()
        let generation = try build([SampleEvent()])
        #expect(generation.name == "000002")
        #expect(try folder.currentDatabase() == live.path)
        #expect(try StateReader.open(folder).state("thing", "thing-1") == nil)
        let reader = try StateReader.open(folder, generation: "000002")
        #expect(try reader.state("thing", "thing-1") != nil)
        withExtendedLifetime(lock) {}
    }

    @Test func `what a killed replay left is not taken for the first generation`() throws {
        let (store, unfinished) = try StateStore.build(
            in: folder, .init(catalogue, cacheBytes: 1 << 20))
        try store.applyAll([SampleEvent()])
        let live = try StateStore.open(folder)
        #expect(try folder.current()?.name == "000002")
        #expect(try live.progress().isEmpty)
        #expect(unfinished.name == "000001")
        withExtendedLifetime(store) {}
    }

    @Test func `a generation that did not become the live one is discarded, no other`() throws {
        let live = try StateStore.open(folder)
        let first = try build()
        let store = try install(first, after: live)
        let second = try build()
        let reader = try StateReader.open(folder, generation: second.name)
        for name in ["000001", "000002", "000003"] {
            try folder.discard(folder.generation(named: name))
        }
        #expect(try names == ["000001", "000002", "000003"])
        withExtendedLifetime((store, reader)) {}
    }

    @Test func `nothing is left of a generation that is discarded`() throws {
        let live = try StateStore.open(folder)
        try folder.discard(build())
        #expect(try names == ["000001"])
        withExtendedLifetime(live) {}
    }

    @Test func `an installed generation is the live one, and the one before is remembered`() throws
    {
        let live = try StateStore.open(folder)
        let generation = try build([SampleEvent()])
        let store = try install(generation, after: live)
        #expect(try FileSystem.text(of: directory.file("state/CURRENT")) == "000002\n000001\n")
        #expect(try StateReader.open(folder).state("thing", "thing-1") != nil)
        #expect(try folder.former().map(\.name) == ["000001"])
        // The lock went over to the new one.
        #expect(throws: StoreError.self) { try folder.lock() }
        let back = try install(folder.generation(named: "000001"), after: store)
        #expect(try FileSystem.text(of: directory.file("state/CURRENT")) == "000001\n000002\n")
        #expect(try folder.former().map(\.name) == ["000002"])
        withExtendedLifetime(back) {}
    }

    @Test func `what a replay left unfinished is no generation and is removed by the next`() throws
    {
        _ = try StateStore.open(folder)
        do {
            _ = try StateStore.build(
                in: folder, .init(catalogue, cacheBytes: 1 << 20))
        }
        let error = #expect(throws: StoreError.self) {
            try StateReader.open(folder, generation: "000002")
        }
        #expect(
            error
                == .unknownGeneration(folder: folder.path, name: "000002", known: ["000001"]))
        #expect(try folder.removeUnfinished() == ["000002"])
        #expect(try names == ["000001"])
        #expect(try folder.removeUnfinished() == [])
    }

    @Test func `old generations go, but for the live one, the kept ones and the newest new one`()
        throws
    {
        var live = try StateStore.open(folder)
        for _ in 2...4 { live = try install(build(), after: live) }
        for _ in 5...6 { try build() }
        #expect(try folder.removeOld(keeping: 1).removed == ["000001", "000002", "000005"])
        #expect(try names == ["000003", "000004", "000006"])
        #expect(try folder.removeOld(keeping: 0).removed == ["000003"])
        #expect(try folder.former() == [])
        withExtendedLifetime(live) {}
    }

    @Test func `a generation that somebody reads stays until the next time`() throws {
        let live = try StateStore.open(folder)
        var reader: StateReader? = try StateReader.open(folder)
        let store = try install(build(), after: live)
        withExtendedLifetime(live) {}
        #expect(try folder.removeOld(keeping: 0).held == ["000001"])
        #expect(try reader?.state("thing", "thing-1") == nil)
        reader = nil
        _ = consume live
        #expect(try folder.removeOld(keeping: 0).removed == ["000001"])
        withExtendedLifetime(store) {}
    }

    @Test func `a removal that was cut off is gone on with`() throws {
        let live = try StateStore.open(folder)
        let generation = try build()
        try FileSystem.write("", to: generation.markPath)
        try FileSystem.remove(generation.database)
        #expect(try folder.removeUnfinished() == ["000002"])
        #expect(try names == ["000001"])
        withExtendedLifetime(live) {}
    }

    @Test func `a second replay is told who runs the first`() throws {
        let lock = try folder.lockForReplay()
        let error = #expect(throws: StoreError.self) { try folder.lockForReplay() }
        guard case .replayRuns(folder.path, _?) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        withExtendedLifetime(lock) {}
    }
}
