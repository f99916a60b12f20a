internal import HTTP
internal import Threads

/// A question on its way, with what its answer depends on.
final class AskedQuestion: Sendable {
    let question: Question
    /// The value of If-None-Match.
    let known: String?

    init(_ question: Question, known: String?) {
        self.question = question
        self.known = known
    }
}

/// Questions that wait for the threads that answer them.
///
/// Some threads read the state only, one waits for Kafka too. A quick question never waits for Kafka, nor for a list, which may take its time.
final class QueryDesk: Sendable {
    /// A question and the exchange that waits for its answer.
    struct Waiting: Sendable {
        let question: AskedQuestion
        let exchange: HTTPExchange
    }

    /// What a question may take.
    enum Line: CaseIterable {
        case quick, list, past

        /// How many may wait.
        var limit: Int {
            switch self {
            case .quick: 256
            case .list: 64
            case .past: 8
            }
        }
    }

    private struct State {
        var lines: [Line: [Waiting]] = [:]
        var isOver = false
    }

    private let state = Monitor(State())

    /// Whether nothing more is taken.
    var isOver: Bool { state.withLock { $0.isOver } }

    /// Puts a question in its line, or says why not.
    func put(_ waiting: Waiting, in line: Line) -> HTTPProblem? {
        state.update { state in
            guard !state.isOver else { return .stopping }
            guard state.lines[line, default: []].count < line.limit else { return .busy }
            state.lines[line, default: []].append(waiting)
            return nil
        }
    }

    /// The next question of some lines, the first of them first; nil where none comes in time, or
    /// ever again.
    func take(from lines: [Line], upTo limit: Duration) -> Waiting? {
        let next = state.wait(upTo: limit) { state -> Waiting?? in
            for line in lines {
                guard let first = state.lines[line]?.first else { continue }
                state.lines[line]?.removeFirst()
                return .some(first)
            }
            return state.isOver ? .some(nil) : nil
        }
        return next ?? nil
    }

    /// Takes no more; what waits is still handed out.
    func close() {
        state.update { $0.isOver = true }
    }
}
