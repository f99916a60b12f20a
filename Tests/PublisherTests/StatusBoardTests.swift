import Synchronization
import Telemetry
import Testing

@testable import Publisher

@Suite struct StatusBoardTests {
    private final class Lines: Sendable {
        private let all = Mutex<[String]>([])
        var texts: [String] { all.withLock { $0 } }
        func add(_ line: String) { all.withLock { $0.append(line) } }
    }

    private let lines = Lines()
    private let gauge = Metrics().gauge("g", "g")
    private let lanes = Metrics().gauge("l", "l")

    private func board() -> StatusBoard {
        let log = Log("publisher", format: .json, level: .info) { [lines] in lines.add($0) }
        return StatusBoard(gauge, lanes: lanes, servers: "a:1", log: log)
    }

    @Test func `waiting is said once, whatever the reason's words`() {
        let board = board()
        board.set(.waitingForKafka("one"))
        board.set(.waitingForKafka("two"))
        #expect(lines.texts.count == 1)
        #expect(board.current == .waitingForKafka("two"))
        #expect(gauge.value == 0)
        board.hear()
        #expect(lines.texts.count == 2)
        #expect(lines.texts.last?.contains("again") == true)
        #expect(gauge.value == 1)
        board.hear()
        #expect(lines.texts.count == 2)
    }

    @Test func `a topic that cannot be written is said once, and when it can again`() {
        let board = board()
        board.hear()
        board.hold("t", "no")
        board.hold("t", "still no")
        board.hold("u", "no")
        #expect(board.held == ["t": "still no", "u": "no"])
        #expect(lanes.value == 2)
        #expect(lines.texts.count == 3)
        #expect(board.current.isPublishing)
        board.release("t")
        board.release("t")
        #expect(board.held == ["u": "no"])
        #expect(lanes.value == 1)
        #expect(lines.texts.count == 4)
    }

    @Test func `nothing is heard after the end`() {
        let board = board()
        board.set(.stopped)
        board.hear()
        #expect(board.current == .stopped)
    }
}
