import Consumer
import Events
import Files
import Kafka
import Replay
import Store
import Support
import Synchronization
import Telemetry
import Testing
import Threads

@Suite(.timeLimit(.minutes(5))) struct ReplayRunTests {
    private let directory: TemporaryDirectory
    private let cluster: MockCluster
    private let disk = SmallDisk()

    init() throws {
        directory = try TemporaryDirectory()
        cluster = try MockCluster()
    }

    /// A disk whose room shrinks with every look.
    private final class SmallDisk: FileLayer {
        private let disk = Disk()
        let room = Atomic(Int.max)
        let step = Atomic(0)

        func open(_ path: String, _ mode: OpenMode) throws(FileError) -> any File {
            try disk.open(path, mode)
        }

        func createFolder(_ path: String) throws(FileError) { try disk.createFolder(path) }
        func list(_ folder: String) throws(FileError) -> [String] { try disk.list(folder) }

        func rename(_ path: String, to other: String) throws(FileError) {
            try disk.rename(path, to: other)
        }

        func remove(_ path: String) throws(FileError) { try disk.remove(path) }
        func syncFolder(_ path: String) throws(FileError) { try disk.syncFolder(path) }

        func freeBytes(_ path: String) throws(FileError) -> Int {
            room.subtract(step.load(ordering: .relaxed), ordering: .relaxed).oldValue
        }
    }

    private func replay() throws -> ReplayRun {
        var state = StateConfiguration()
        state.folder = directory.path
        state.minFreeBytes = 1 << 20
        let swap = GenerationSwap(
            state, catalogue: .shipped, kafka: cluster.configuration, log: .silent, on: disk)
        return try ReplayRun(swap, stop: Monitor(false))
    }

    private func build(_ replay: ReplayRun) throws -> Generation {
        let topics = try ReplayTopics([], catalogue: .shipped, prefix: "")
        let key = TopicPartition("order.updated", 0)
        return try replay.build(
            ReplayOrder(topics: topics),
            to: [CatchUpTarget(key, start: 0, end: 0)]
        ).generation
    }

    private var generations: [String] {
        get throws { try FileSystem.names(in: directory.file("generations")) }
    }

    @Test func `a replay that would leave consume too little room does not begin`() throws {
        defer { cluster.close(upTo: .seconds(5)) }
        disk.room.store((9 << 20) - 1, ordering: .relaxed)
        let error = #expect(throws: ConsumerError.self) { try build(replay()) }
        guard case .noRoom(directory.path, let free, let needed) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect((free, needed) == ((9 << 20) - 1, 9 << 20))
        #expect(try generations.isEmpty)
    }

    @Test func `one that runs out of room on the way ends, and leaves nothing behind`() throws {
        defer { cluster.close(upTo: .seconds(5)) }
        disk.room.store(9 << 20, ordering: .relaxed)
        disk.step.store(1, ordering: .relaxed)
        let replay = try replay()
        #expect(throws: ConsumerError.self) { try build(replay) }
        #expect(try generations.isEmpty)
        // With room again it works.
        disk.room.store(1 << 40, ordering: .relaxed)
        let generation = try build(replay)
        #expect(try generations == [generation.name])
    }
}
