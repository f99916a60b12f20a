import Files
import Support
import Testing

@testable import Journal

struct CheckpointFilesTests {
    private let temporary: TemporaryDirectory
    private let folder: JournalFolder

    init() throws {
        temporary = try TemporaryDirectory()
        folder = JournalFolder(path: temporary.path, files: Disk())
    }

    private func files(_ journal: JournalID = Sample.journal) throws -> CheckpointFiles {
        try CheckpointFiles(.publish, in: folder, journal: journal, bytes: 4096)
    }

    private func load(_ files: inout CheckpointFiles) throws -> UInt64? {
        try files.load { head, checksum, _ in (checksum, head.through) }
    }

    @Test func `the newest is read, whichever file holds it`() throws {
        for through in 1...5 as ClosedRange<UInt64> {
            var files = try files()
            let before = try load(&files)
            #expect(before == (through == 1 ? nil : through - 1))
            try files.write(PublishPosition(through: through))
        }
        #expect(try FileSystem.names(in: temporary.path) == ["publish.0", "publish.1"])
    }

    @Test func `only what both files know is covered`() throws {
        var files = try files()
        _ = try load(&files)
        try files.write(PublishPosition(through: 7))
        #expect(files.coveredByBoth == 0)
        try files.write(PublishPosition(through: 9))
        #expect(files.coveredByBoth == 7)
        try files.write(PublishPosition(through: 9))
        #expect(files.coveredByBoth == 9)
    }

    @Test(arguments: [0, 1]) func `one damaged file leaves the other`(damaged: Int) throws {
        do {
            var files = try files()
            _ = try load(&files)
            try files.write(PublishPosition(through: 7))
            try files.write(PublishPosition(through: 9))
        }
        let path = folder.checkpoint("publish", damaged)
        let sound = try FileSystem.bytes(of: path)
        for index in [0, 9, 12, 20, 33, 40, 64, 4095] {
            var bytes = sound
            bytes[index] ^= 4
            try FileSystem.write(bytes, to: path)
            var files = try files()
            #expect(try load(&files) == (damaged == 0 ? 9 : 7))
            #expect(files.damaged == [path])
            #expect(files.coveredByBoth == 0)
            try files.write(PublishPosition(through: 10))
            #expect(files.coveredByBoth == (damaged == 0 ? 9 : 7))
            try FileSystem.write(sound, to: path)
        }
    }

    @Test func `another journal's checkpoint is none`() throws {
        var files = try files()
        _ = try load(&files)
        try files.write(PublishPosition(through: 7))
        var other = try self.files(.random())
        #expect(try load(&other) == nil)
    }

    @Test func `a kill and then a loss of power, both in a write, leave one of the two`() throws {
        for seed in 1...100 {
            let disk = MemoryDisk(seed: seed)
            let folder = JournalFolder(path: "folder", files: disk)
            func open() throws -> CheckpointFiles {
                try CheckpointFiles(.publish, in: folder, journal: Sample.journal, bytes: 4096)
            }
            func write(_ through: UInt64, _ files: inout CheckpointFiles) throws {
                try files.write(PublishPosition(through: through))
            }
            var files = try open()
            _ = try load(&files)
            try disk.syncFolder("folder")
            try write(1, &files)
            try write(2, &files)
            // Each ends between its last write and its sync.
            disk.stopsAt = disk.calls + 2
            #expect(throws: FileError.self) { try write(3, &files) }
            disk.endProcess()
            files = try open()
            #expect(try load(&files) == 3)
            disk.stopsAt = disk.calls + 2
            #expect(throws: FileError.self) { try write(4, &files) }
            disk.losePower()
            files = try open()
            #expect(try load(&files) ?? 0 >= 2)
        }
    }
}
