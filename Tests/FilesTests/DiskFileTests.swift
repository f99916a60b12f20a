import Support
import Testing

@testable import Files

struct DiskFileTests {
    private let folder: TemporaryDirectory
    private let file: any File

    init() throws {
        folder = try TemporaryDirectory()
        file = try Disk().open(folder.file("file"), .create)
    }

    @Test func `what is written at an offset is read from there`() throws {
        try file.write([1, 2, 3].span, at: 4096)
        try file.sync()
        var buffer = [UInt8](repeating: 9, count: 8)
        #expect(try file.read(into: &buffer, 2..<5, at: 4096) == 3)
        #expect(buffer == [9, 9, 1, 2, 3, 9, 9, 9])
        #expect(try file.size() == 4099)
    }

    @Test func `reading stops at the end of the file`() throws {
        try file.write([1, 2, 3].span, at: 0)
        var buffer = [UInt8](repeating: 0, count: 8)
        #expect(try file.read(into: &buffer, 0..<8, at: 1) == 2)
        #expect(try file.read(into: &buffer, 0..<8, at: 9) == 0)
    }

    @Test func `it is cut and made longer`() throws {
        try file.write([1, 2, 3].span, at: 0)
        try file.truncate(to: 1)
        #expect(try file.size() == 1)
        try file.allocate(10_000)
        #expect(try file.size() == 10_000)
        #expect(try Disk().contents(of: file.path).dropFirst().allSatisfy { $0 == 0 })
    }

    @Test func `an exclusive lock keeps all out, a shared one only the exclusive`() throws {
        let other = try Disk().open(file.path, .read)
        #expect(try file.tryLock(.shared))
        #expect(try other.tryLock(.shared))
        #expect(try !file.tryLock(.exclusive))
        other.unlock()
        #expect(try file.tryLock(.exclusive))
        #expect(try !other.tryLock(.shared))
    }

    @Test func `a file opened for reading cannot be written`() throws {
        let reader = try Disk().open(file.path, .read)
        #expect(throws: FileError.self) { try reader.write([1].span, at: 0) }
    }
}
