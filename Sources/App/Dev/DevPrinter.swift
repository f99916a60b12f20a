import Telemetry
import Threads

/// Prints the stages as they pass, on a thread of its own: those who tell them never wait for a
/// terminal.
final class DevPrinter: Part {
    /// How many stages may wait to be printed; what comes above is counted, not told.
    static let waitingLimit = 10_000

    let name = "printer"
    private let console: Console
    private let text: DevLineText
    private let queue = Monitor(Queue())

    private struct Queue {
        var stages: [(clock: String, stage: DevStage)] = []
        var passedOver = 0
        var isStopped = false

        /// All that waits; nil where nothing does, and more may come.
        mutating func take() -> Queue? {
            guard !stages.isEmpty || isStopped else { return nil }
            defer { (stages, passedOver) = ([], 0) }
            return self
        }
    }

    init(_ console: Console) {
        self.console = console
        text = DevLineText(
            paint: console.paint,
            columns: console.isTerminal ? StandardStream.output.columns : nil)
    }

    /// Has the stage printed soon.
    func tell(_ stage: DevStage) {
        queue.update { queue in
            if queue.stages.count < Self.waitingLimit {
                queue.stages.append((Log.clockNow(), stage))
            } else {
                queue.passedOver += 1
            }
        }
    }

    func run() throws {
        var story = DevStory()
        while true {
            let taken: Queue = queue.wait { $0.take() }
            var lines = ""
            for (clock, stage) in taken.stages {
                for line in story.tell(stage) { lines += text.text(line, at: clock) }
            }
            if taken.passedOver > 0 {
                lines += "              ... \(taken.passedOver) more passed ...\n"
            }
            try console.write(lines)
            try console.flush()
            if taken.isStopped { return }
        }
    }

    func stop() {
        queue.update { $0.isStopped = true }
    }
}
