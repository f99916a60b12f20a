import Support
import Testing

@testable import Files

struct DiskTests {
    private let folder: TemporaryDirectory
    private let disk = Disk()

    init() throws {
        folder = try TemporaryDirectory()
    }

    @Test func `a folder is made with those above it, and may be there already`() throws {
        let path = folder.file("a/b/c")
        try disk.createFolder(path)
        try disk.createFolder(path)
        #expect(try disk.list(folder.file("a/b")) == ["c"])
    }

    @Test func `names come sorted`() throws {
        for name in ["b", "a", "c"] { _ = try disk.open(folder.file(name), .create) }
        #expect(try disk.list(folder.path) == ["a", "b", "c"])
    }

    @Test func `a file is created once, whole, for its owner only`() throws {
        let path = folder.file("a")
        #expect(try disk.create(path, with: [1, 2]))
        #expect(try !disk.create(path, with: [3]))
        #expect(try disk.contents(of: path) == [1, 2])
        #expect(try FileSystem.mode(of: path) == 0o600)
        #expect(try disk.list(folder.path) == ["a"])
        #expect { try disk.create(folder.file("none/a"), with: []) } throws: {
            ($0 as? FileError)?.isMissing == true
        }
    }

    @Test func `renaming takes the place of another file`() throws {
        try disk.replace(folder.file("a"), with: [1])
        try disk.replace(folder.file("b"), with: [2])
        try disk.rename(folder.file("a"), to: folder.file("b"))
        #expect(try disk.list(folder.path) == ["b"])
        #expect(try disk.contents(of: folder.file("b")) == [1])
    }

    @Test func `what is missing is an error that says so`() throws {
        let path = folder.file("nothing")
        #expect { try disk.remove(path) } throws: { ($0 as? FileError)?.isMissing == true }
        #expect { try disk.list(path) } throws: { ($0 as? FileError)?.isMissing == true }
        #expect { try disk.open(path, .read) } throws: { ($0 as? FileError)?.isMissing == true }
        #expect { try disk.syncFolder(path) } throws: { ($0 as? FileError)?.isMissing == true }
        #expect { try disk.rename(path, to: path) } throws: {
            ($0 as? FileError)?.isMissing == true
        }
    }

    @Test func `there is room on the disk`() throws {
        #expect(try disk.freeBytes(folder.path) > 0)
    }
}
