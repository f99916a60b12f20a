import Files
import Support
import Testing

@testable import Journal

struct IdsCheckpointTests {
    private let temporary: TemporaryDirectory
    private let folder: JournalFolder
    private var configuration = DedupConfiguration()

    init() throws {
        temporary = try TemporaryDirectory()
        folder = JournalFolder(path: temporary.path, files: Disk())
        configuration.maxIds = 60_000
    }

    private func files() throws -> CheckpointFiles {
        try CheckpointFiles(
            .ids, in: folder, journal: Sample.journal,
            bytes: IdsCheckpoint.fileBytes(configuration))
    }

    private func load(_ files: inout CheckpointFiles) throws -> DedupIndex? {
        try files.load { head, checksum, file throws(FileError) in
            try IdsCheckpoint.read(head, checksum, file, configuration)
        }
    }

    private func index(_ count: UInt64, first: UInt64 = 5) -> DedupIndex {
        var index = DedupIndex(configuration, next: first)
        for number in 0..<count {
            index.append(
                DedupKey(high: number, low: ~number, body: number * 3, id: number * 5),
                code: UInt8(number % 10), receivedAt: Int64(number / 1000))
        }
        return index
    }

    @Test(arguments: [0, 1, 8187, 50_000] as [UInt64])
    func `an index is read as it was written`(count: UInt64) throws {
        var files = try files()
        _ = try load(&files)
        let index = index(count)
        try IdsCheckpoint.write(index.snapshot(through: index.next - 1), to: &files)
        var again = try self.files()
        let read = try #require(try load(&again))
        #expect(read.next == index.next)
        #expect(read.count == Int(count))
        for number in stride(from: 0, to: count, by: 97) {
            let key = DedupKey(high: number, low: ~number, body: number * 3, id: number * 5)
            #expect(read.answer(key) == index.answer(key))
            #expect(read.arrival(of: 5 + number) == Int64(number / 1000))
        }
    }

    @Test func `what is not durable yet is left out`() throws {
        var files = try files()
        _ = try load(&files)
        try IdsCheckpoint.write(index(100).snapshot(through: 50), to: &files)
        var again = try self.files()
        #expect(try load(&again)?.next == 51)
    }

    @Test func `damage anywhere makes it none`() throws {
        var files = try files()
        _ = try load(&files)
        let index = index(3000)
        try IdsCheckpoint.write(index.snapshot(through: index.next - 1), to: &files)
        let path = folder.checkpoint("ids", 0)
        let sound = try FileSystem.bytes(of: path)
        for offset in [8, 33, 41, 47, 50, 57, 4096, 4100, 5000, 4096 + 48 + 95_000] {
            var bytes = sound
            bytes[offset] ^= 128
            try FileSystem.write(bytes, to: path)
            var again = try self.files()
            #expect(try load(&again) == nil, "offset \(offset)")
        }
        try FileSystem.write(Array(sound[..<50_000]), to: path)
        var again = try self.files()
        #expect(try load(&again) == nil)
    }

    @Test func `a smaller index keeps the newest`() throws {
        var files = try files()
        _ = try load(&files)
        let index = index(5000)
        try IdsCheckpoint.write(index.snapshot(through: index.next - 1), to: &files)
        var smaller = configuration
        smaller.maxIds = 1000
        var again = try self.files()
        let read = try again.load { head, checksum, file throws(FileError) in
            try IdsCheckpoint.read(head, checksum, file, smaller)
        }
        #expect(read?.count == 1000)
        #expect(read?.next == index.next)
        #expect(read?.droppedEarly == 0)
    }
}
