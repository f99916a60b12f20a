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

    private func board() -> StatusBoard {
        let log = Log("publisher", format: .json, level: .info) { [lines] in lines.add($0) }
        return StatusBoard(gauge, servers: "a:1", log: log)
    }

    @Test func `waiting is said once, whatever the reason's words`() {
        let board = board()
        board.set(.waitingForKafka("one"))
        board.set(.waitingForKafka("two"))
        #expect(lines.texts.count == 1)
        #expect(board.current == .waitingForKafka("two"))
        #expect(gauge.value == 0)
        board.hear(isUnblocked: true)
        #expect(lines.texts.count == 2)
        #expect(lines.texts.last?.contains("again") == true)
        #expect(gauge.value == 1)
        board.hear(isUnblocked: true)
        #expect(lines.texts.count == 2)
    }

    @Test func `a blocked topic stays so while others are acknowledged`() {
        let board = board()
        board.set(.topicBlocked(topic: "t", "no"))
        board.hear(isUnblocked: false)
        #expect(board.current == .topicBlocked(topic: "t", "no"))
        board.set(.topicBlocked(topic: "t", "still no"))
        #expect(lines.texts.count == 1)
        board.set(.topicBlocked(topic: "u", "no"))
        #expect(lines.texts.count == 2)
        board.hear(isUnblocked: true)
        #expect(board.current.isPublishing)
    }

    @Test func `nothing is heard after the end`() {
        let board = board()
        board.set(.stopped)
        board.hear(isUnblocked: true)
        #expect(board.current == .stopped)
    }
}
