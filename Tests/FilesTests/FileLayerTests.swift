import Support
import Testing

@testable import Files

struct FileLayerTests {
    private let folder: TemporaryDirectory
    private let disk = Disk()

    init() throws {
        folder = try TemporaryDirectory()
    }

    @Test func `a file is replaced whole, whatever was left of an earlier try`() throws {
        let path = folder.file("CURRENT")
        try disk.replace(path, with: Array("a long first content".utf8))
        let left = try disk.open(path + ".new", .create)
        try left.write([UInt8](repeating: 7, count: 100).span, at: 0)
        try disk.replace(path, with: [1, 2])
        #expect(try disk.contents(of: path) == [1, 2])
        #expect(try disk.list(folder.path) == ["CURRENT"])
    }

    @Test func `the folder of a path`() {
        #expect(disk.folder(of: "/a/b/c") == "/a/b")
        #expect(disk.folder(of: "/a") == "/")
        #expect(disk.folder(of: "a") == ".")
    }
}
