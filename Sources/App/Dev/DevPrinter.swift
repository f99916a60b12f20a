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

    /// Something to say between the stages.
    enum Tone: Sendable {
        case heading, plain, aside, good
    }

    private enum Item: Sendable {
        case stage(clock: String, DevStage)
        case text(String, Tone)
    }

    private struct Queue {
        var items: [Item] = []
        var passedOver = 0
        var isStopped = false

        /// All that waits; nil where nothing does, and more may come.
        mutating func take() -> Queue? {
            guard !items.isEmpty || isStopped else { return nil }
            defer { (items, passedOver) = ([], 0) }
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
            if queue.items.count < Self.waitingLimit {
                queue.items.append(.stage(clock: Log.clockNow(), stage))
            } else {
                queue.passedOver += 1
            }
        }
    }

    /// Has the text printed after what was told before.
    func say(_ text: String, _ tone: Tone) {
        queue.update { $0.items.append(.text(text, tone)) }
    }

    /// How entities are printed beside the stages: each field on one line, also in a pipe.
    var stateText: StateText {
        StateText(paint: console.paint, columns: text.columns ?? 100)
    }

    func run() throws {
        var story = DevStory()
        while true {
            let taken: Queue = queue.wait { $0.take() }
            var lines = ""
            for item in taken.items {
                switch item {
                case .stage(let clock, let stage):
                    for line in story.tell(stage) { lines += text.text(line, at: clock) }
                case .text(let words, let tone): lines += painted(words, tone)
                }
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

    private func painted(_ words: String, _ tone: Tone) -> String {
        let paint = console.paint
        return switch tone {
        case .heading: paint.bold(words) + "\n"
        case .plain: words
        case .aside: paint.dim(words) + "\n"
        case .good: paint.green(words) + "\n"
        }
    }
}
