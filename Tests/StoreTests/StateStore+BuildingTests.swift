import Events
import Projection
import Support
import Testing

@testable import Store

@Suite struct StateStoreBuildingTests {
    /// The same events built with little memory and with much, and applied one by one, are the
    /// same state and the same history.
    @Test(arguments: [0, 4000, 1 << 20])
    func `a built generation holds what a live one would, however little memory it has`(
        cacheBytes: Int
    ) throws {
        let directory = try TemporaryDirectory()
        let folder = StateFolder(directory.file("state"))
        let live = try StateStore.open(folder)
        let (store, generation) = try StateStore.build(
            in: folder, .init(catalogue, cacheBytes: cacheBytes))
        var numbers = SeededGenerator(seed: 7)
        for _ in 0..<60 {
            let batch = (0..<20).map { _ in
                SampleEvent(
                    type: ["thing.changed", "thing.ended", "thing.reset"].randomElement(
                        using: &numbers) ?? "",
                    id: "thing-\(Int.random(in: 0..<50, using: &numbers))",
                    seconds: .random(in: 0..<9, using: &numbers),
                    eventID: .random(in: 0..<300, using: &numbers),
                    fields: [("f\(Int.random(in: 0..<4, using: &numbers))", "1")])
            }
            #expect(try store.applyAll(batch) == live.applyAll(batch))
        }
        try store.finish(generation, in: folder)
        let built = try StateReader.open(folder, generation: generation.name)
        let other = try StateReader.open(folder)
        #expect(try built.exported() == other.exported())
        for number in 0..<50 {
            let history = try built.history("thing", "thing-\(number)").map(\.position)
            #expect(try history == other.history("thing", "thing-\(number)").map(\.position))
        }
    }

    @Test func `a finished generation goes on as a live one`() throws {
        let directory = try TemporaryDirectory()
        let folder = StateFolder(directory.file("state"))
        let live = try StateStore.open(folder)
        let (store, generation) = try StateStore.build(
            in: folder, .init(catalogue, cacheBytes: 1 << 20))
        try store.applyAll([SampleEvent()])
        try store.finish(generation, in: folder)
        let next = try StateStore.open(
            generation, in: folder, .init(catalogue, cacheBytes: 1 << 20))
        try next.install(generation, in: folder, with: live.lock)
        #expect(try next.applyAll([SampleEvent()]) == [.duplicate])
        let other = SampleEvent(id: "thing-2", eventID: 2)
        #expect(try next.applyAll([other]) == [.applied])
        #expect(try StateReader.open(folder).history("thing", "thing-1").count == 2)
    }
}
