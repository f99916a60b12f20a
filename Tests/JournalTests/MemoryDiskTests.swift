import Files
import Glibc
import Testing

struct MemoryDiskTests {
    private static let old = [UInt8](repeating: 1, count: 4096)
    private static let new = [UInt8](repeating: 2, count: 4096)

    /// A file of old bytes, synced, and new ones written over them.
    private func disk(_ seed: Int) throws -> (disk: MemoryDisk, file: any File) {
        let disk = MemoryDisk(seed: seed)
        let file = try disk.open("folder/file", .create)
        try file.write(Self.old.span, at: 0)
        try file.sync()
        try disk.syncFolder("folder")
        try file.write(Self.new.span, at: 0)
        return (disk, file)
    }

    @Test func `what was synced stays`() throws {
        for seed in 1...50 {
            let (disk, file) = try disk(seed)
            try file.sync()
            disk.losePower()
            #expect(try disk.contents(of: "folder/file") == Self.new)
        }
    }

    @Test func `of what was not any sectors stay, and a killed process leaves all of it`() throws {
        var seen: Set<Int> = []
        for seed in 1...200 {
            let (disk, _) = try disk(seed)
            disk.endProcess()
            #expect(try disk.contents(of: "folder/file") == Self.new)
            disk.losePower()
            let bytes = try disk.contents(of: "folder/file")
            var count = 0
            for start in stride(from: 0, to: 4096, by: 512) {
                let sector = Set(bytes[start..<start + 512])
                #expect(sector.count == 1, "a sector is old or new")
                count += sector == [2] ? 1 : 0
            }
            seen.insert(count)
        }
        #expect(seen.isSuperset(of: [0, 4, 8]))
    }

    @Test func `names that were not synced are kept or lost`() throws {
        var seen: Set<[String]> = []
        for seed in 1...200 {
            let (disk, _) = try disk(seed)
            try disk.rename("folder/file", to: "folder/other")
            _ = try disk.open("folder/third", .create)
            disk.losePower()
            seen.insert(try disk.list("folder"))
        }
        #expect(seen == [["file"], ["other"], ["file", "third"], ["other", "third"]])
    }

    @Test func `after a failed sync a later one writes nothing of what was lost`() throws {
        var seen: Set<[UInt8]> = []
        for seed in 1...100 {
            let (disk, file) = try disk(seed)
            disk.faults = 1000
            #expect(throws: FileError.self) { try file.sync() }
            disk.faults = 0
            try file.sync()
            disk.losePower()
            seen.insert(try disk.contents(of: "folder/file"))
        }
        #expect(seen.contains(Self.old))
    }

    @Test func `a full disk takes what fits`() throws {
        let (disk, file) = try disk(1)
        disk.capacity = 5000
        #expect(throws: FileError.failed(.write, path: "folder/file", code: ENOSPC)) {
            try file.write(Self.new.span, at: 4096)
        }
        #expect(try file.size() == 5000)
        try file.write(Self.old.span, at: 0)
        #expect(try disk.freeBytes("folder") == 0)
    }

    @Test func `a lock goes with its process`() throws {
        let (disk, file) = try disk(1)
        #expect(try file.tryLock(.exclusive))
        let other = try disk.open("folder/file", .read)
        #expect(try !other.tryLock(.shared))
        disk.endProcess()
        #expect(try disk.open("folder/file", .read).tryLock(.shared))
    }
}
