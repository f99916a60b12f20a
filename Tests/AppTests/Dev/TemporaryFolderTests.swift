import Support
import Testing

@testable import App

struct TemporaryFolderTests {
    @Test func `it goes with all that it holds`() throws {
        let parent = try TemporaryDirectory()
        let folder = try TemporaryFolder("test", environment: ["TMPDIR": parent.path])
        #expect(FileSystem.isFolder(folder.path))
        try FileSystem.makeFolder(folder.path + "/a")
        try FileSystem.write("x", to: folder.path + "/a/b")
        folder.remove()
        #expect(!FileSystem.exists(folder.path))
    }
}
