import Glibc
import Support
import Testing

@testable import Files

struct LockTableTests {
    @Test(arguments: [
        ("1: FLOCK  ADVISORY  WRITE 4711 fe:00:16221290 0 EOF\n", true, false, 4711, 0),
        ("27: POSIX  ADVISORY  READ  12 08:01:16221290 123 123", false, true, 12, 123),
    ])
    func `a line names kind, holder, file and place`(
        line: String, isWholeFile: Bool, isShared: Bool, process: Int32, start: UInt64
    ) {
        #expect(
            LockTable.entry(line)
                == LockTable.Entry(
                    isWholeFile: isWholeFile, isShared: isShared, process: process,
                    file: 16_221_290, start: start))
    }

    @Test(arguments: ["", "1: -> FLOCK  ADVISORY  WRITE 4711 fe:00:16221290 0 EOF", "1: OFDLCK x"])
    func `who waits for a lock does not hold it`(line: String) {
        #expect(LockTable.entry(line) == nil)
    }

    @Test func `locks are seen while they are held`() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("lock")
        #expect(LockTable.locks(on: path).isEmpty)
        let file = try Disk().open(path, .create)
        #expect(try file.tryLock(.shared))
        let found = LockTable.locks(on: path)
        #expect(found.map(\.process) == [getpid()])
        #expect(found.map(\.isShared) == [true])
        file.unlock()
        #expect(LockTable.locks(on: path).isEmpty)
    }

    @Test func `a process is named by its command up to the first option`() throws {
        let sleeper = try RunningProcess("sleep", ["600", "--", "1"])
        defer { sleeper.crash() }
        let name = try eventually("the command line") {
            LockTable.command(of: sleeper.pid).flatMap { $0.hasPrefix("sleep") ? $0 : nil }
        }
        #expect(name == "sleep 600")
        #expect(LockTable.command(of: 0) == nil)
    }
}
