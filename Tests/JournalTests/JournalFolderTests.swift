import Files
import Support
import Testing

@testable import Journal

struct JournalFolderTests {
    private let temporary: TemporaryDirectory
    private let folder: JournalFolder

    init() throws {
        temporary = try TemporaryDirectory()
        folder = JournalFolder(path: temporary.path, files: Disk())
    }

    @Test func `segments are listed by number, whatever else is there`() throws {
        for name in ["lock", "x.segment", "torn-1", JournalFolder.name(12), JournalFolder.name(3)] {
            try FileSystem.write([], to: temporary.file(name))
        }
        try FileSystem.write([], to: folder.segment(12_345_678_901))
        #expect(try folder.segments() == [3, 12, 12_345_678_901])
        #expect(JournalFolder.name(12) == "0000000012.segment")
    }

    @Test func `the id is made once, and damage to it is seen`() throws {
        let id = try folder.journalID(isNew: true)
        #expect(try folder.journalID(isNew: true) == id)
        #expect(try folder.journalID(isNew: false) == id)
        var bytes = try FileSystem.bytes(of: folder.identity)
        bytes[10] ^= 1
        try FileSystem.write(bytes, to: folder.identity)
        #expect(throws: JournalError.self) { try folder.journalID(isNew: true) }
    }

    @Test func `what is kept aside overwrites nothing`() throws {
        let first = try folder.torn(7, offset: 4096)
        #expect(first == temporary.file("torn-0000000007-4096"))
        try FileSystem.write([], to: first)
        #expect(try folder.torn(7, offset: 4096) == first + ".2")
    }
}
