import Glibc
import Testing

@testable import Files

struct FileErrorTests {
    @Test func `it says what failed, on what, why, and what to do`() {
        let error = FileError.failed(.write, path: "/data/a", code: ENOSPC)
        #expect(
            error.description
                == "cannot write /data/a: No space left on device (ENOSPC); "
                + "make room on the disk, or use another one")
    }

    @Test func `a full disk or quota may pass, a broken one does not`() {
        #expect(FileError.failed(.write, path: "", code: ENOSPC).isNoSpace)
        #expect(FileError.failed(.write, path: "", code: EDQUOT).isNoSpace)
        #expect(!FileError.failed(.write, path: "", code: EIO).isNoSpace)
        #expect(!FileError.locked(path: "", holder: nil).isNoSpace)
    }

    @Test func `a sync that found no space has lost bytes, which no room brings back`() {
        #expect(!FileError.failed(.sync, path: "", code: ENOSPC).isNoSpace)
        #expect(!FileError.failed(.sync, path: "", code: EDQUOT).isNoSpace)
    }

    @Test func `a code without a name is given as a number`() {
        #expect(FileError.failed(.read, path: "/a", code: 255).description.contains("errno 255"))
    }

    @Test func `a lock names its holder where that is known`() {
        #expect(FileError.locked(path: "/l", holder: 7).description.contains("process 7"))
        #expect(FileError.locked(path: "/l", holder: nil).description.contains("another process"))
    }
}
