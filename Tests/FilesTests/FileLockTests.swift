import Glibc
import Support
import Testing

@testable import Files

struct FileLockTests {
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
    }

    @Test func `the second is told who holds it`() throws {
        let path = folder.file("lock")
        let first = try FileLock(path, on: Disk())
        #expect(throws: FileError.locked(path: path, holder: getpid())) {
            try FileLock(path, on: Disk())
        }
        withExtendedLifetime(first) {}
    }

    @Test func `it is free again when its holder has let go`() throws {
        let path = folder.file("lock")
        do { _ = try FileLock(path, on: Disk()) }
        _ = try FileLock(path, on: Disk())
    }

    @Test func `who holds it is seen without taking it`() throws {
        let path = folder.file("lock")
        #expect(FileLock.holder(of: path) == nil)
        let lock = try FileLock(path, on: Disk())
        #expect(FileLock.holder(of: path) == getpid())
        withExtendedLifetime(lock) {}
    }

    @Test func `a lock file that is left over has no holder`() throws {
        let path = folder.file("lock")
        do { _ = try FileLock(path, on: Disk()) }
        #expect(FileLock.holder(of: path) == nil)
    }
}
