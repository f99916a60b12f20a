import Glibc
import Support
import Testing
import Threads

@testable import Files

struct SharedFilesTests {
    private let folder: TemporaryDirectory
    private let files = SharedFiles(Disk(), holding: ".part")

    init() throws {
        folder = try TemporaryDirectory()
    }

    private static func read(_ file: any File) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 10)
        let count = try file.read(into: &bytes, 0..<10, at: 0)
        return Array(bytes[..<count])
    }

    @Test func `a file is read, and nothing is made or changed`() throws {
        let path = folder.file("a.part")
        try FileSystem.write([1, 2, 3], to: path)
        let file = try files.open(path, .write)
        #expect(try Self.read(file) == [1, 2, 3])
        #expect(throws: FileError.self) { try file.write([9].span, at: 0) }
        #expect(throws: FileError.self) { try file.truncate(to: 0) }
        #expect(throws: FileError.self) { try file.allocate(10) }
        #expect(throws: FileError.self) { try file.sync() }
        #expect(throws: FileError.self) { try files.remove(path) }
        #expect(throws: FileError.self) { try files.rename(path, to: path + "2") }
        #expect(throws: FileError.self) { try files.createFolder(folder.file("b")) }
        #expect(try FileSystem.names(in: folder.path) == ["a.part"])
        #expect(try FileSystem.bytes(of: path) == [1, 2, 3])
    }

    @Test func `what would be made is empty, what should be there is missing`() throws {
        let made = try files.open(folder.file("none"), .create)
        #expect(try made.size() == 0)
        #expect(try Self.read(made) == [])
        #expect(try FileSystem.names(in: folder.path) == [])
        #expect {
            try files.open(folder.file("none"), .read)
        } throws: {
            ($0 as? FileError)?.isMissing == true
        }
    }

    @Test func `a file that got another name is missing, though it is open`() throws {
        let path = folder.file("a.part")
        try FileSystem.write([1], to: path)
        let file = try files.open(path, .read)
        try Disk().rename(path, to: folder.file("b.part"))
        #expect {
            try Self.read(file)
        } throws: {
            ($0 as? FileError)?.isMissing == true
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func `a read waits for who gives the file another name, and holds nothing after it`() throws {
        let path = folder.file("a.part")
        try FileSystem.write([1], to: path)
        let renaming = try Disk().open(path, .write)
        #expect(try renaming.tryLock(.exclusive))
        let file = try files.open(path, .read)
        let answer = Monitor<[UInt8]?>(nil)
        let reader = Worker("reader") {
            let bytes = try? Self.read(file)
            answer.update { $0 = bytes ?? [] }
        }
        #expect(answer.withLock { $0 } == nil)
        renaming.unlock()
        reader.join()
        #expect(answer.withLock { $0 } == [1])
        #expect(try renaming.tryLock(.exclusive), "the read let go of it")
    }
}
