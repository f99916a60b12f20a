import Synchronization
import Testing

@testable import App

struct ConsoleTests {
    private final class Writes: Sendable {
        let all = Mutex<[Int]>([])
    }

    @Test func `on a pipe lines are gathered`() throws {
        let writes = Writes()
        let console = Console { bytes in
            writes.all.withLock { $0.append(bytes.count) }
            return true
        }
        for _ in 0..<1000 { try console.line(String(repeating: "x", count: 99)) }
        try console.flush()
        try console.flush()
        #expect(writes.all.withLock { $0.reduce(0, +) } == 100_000)
        #expect(writes.all.withLock { $0.count } == 2)
    }

    @Test func `on a terminal each line comes at once`() throws {
        let writes = Writes()
        let console = Console(isTerminal: true) { bytes in
            writes.all.withLock { $0.append(bytes.count) }
            return true
        }
        try console.line("one")
        #expect(writes.all.withLock { $0 } == [4])
    }

    @Test func `when nobody reads any more the command ends`() {
        let console = Console(isTerminal: true) { _ in false }
        #expect(throws: CommandFailure.brokenPipe) { try console.line("one") }
    }
}
