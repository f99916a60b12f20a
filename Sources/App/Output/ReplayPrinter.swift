import Consumer
import JSON
import Replay
import Store
import Threads

/// What `replay` prints: a bar for each topic on a terminal, lines in a log, or one object of JSON.
final class ReplayPrinter {
    /// How many differences are told; all are counted.
    static let toldDifferences = 1000
    /// Between two pictures of the bars.
    private static let drawNanoseconds: UInt64 = 200_000_000
    /// Between two lines in a log.
    private static let lineNanoseconds: UInt64 = 5_000_000_000

    private let console: Console
    private let isJSON: Bool
    private var bars: ReplayBars?
    private var lastShown: UInt64 = 0
    private var notes: [String] = []
    private var differences: [EntityDifference] = []
    private var generation: String?
    private var read = CatchUpProgress()
    private var seconds = 0.0
    private var verdict: ReplayRun.Verdict?
    private var isInstalled = false

    init(_ console: Console, isJSON: Bool) {
        self.console = console
        self.isJSON = isJSON
    }

    /// A sentence about what was done.
    func say(_ text: String) throws(CommandFailure) {
        notes.append(text)
        if !isJSON { try console.line(text) }
    }

    /// The topics are about to be read.
    func begin(_ targets: [CatchUpTarget]) {
        bars = ReplayBars(targets, at: MonotonicClock.now())
        lastShown = MonotonicClock.now()
    }

    /// How far the reading is.
    func show(_ progress: CatchUpProgress) {
        let now = MonotonicClock.now()
        let pause = console.isTerminal ? Self.drawNanoseconds : Self.lineNanoseconds
        guard !isJSON, now - lastShown >= pause, let bars else { return }
        lastShown = now
        // A reader that has gone is noticed at the next line that counts.
        if console.isTerminal {
            try? console.write(bars.picture(progress, at: now, console.paint))
            self.bars?.isDrawn = true
        } else {
            try? console.line(bars.line(progress, at: now))
            try? console.flush()
        }
    }

    /// The generation is built.
    func built(_ name: String, _ read: CatchUpProgress) throws(CommandFailure) {
        generation = name
        self.read = read
        let now = MonotonicClock.now()
        seconds = bars.map { Double(now - $0.start) / 1e9 } ?? 0
        guard !isJSON, let bars else { return }
        if bars.isDrawn { try console.write(bars.picture(read, at: now, console.paint)) }
        var parts = ["\(read.records) records", SizeText.of(read.bytes)]
        parts.append("\(Int(Double(read.records) / max(seconds, 0.001)))/s")
        if read.deadLetters > 0 { parts.append("\(read.deadLetters) are no events") }
        if read.later > 0 { parts.append("\(read.later) occurred later") }
        try console.line("built generation \(name): \(parts.joined(separator: ", "))")
    }

    /// An entity differs.
    func add(_ difference: EntityDifference) {
        if differences.count < Self.toldDifferences { differences.append(difference) }
    }

    /// The comparison is over.
    func verified(_ verdict: ReplayRun.Verdict, isWhole: Bool) throws(CommandFailure) {
        self.verdict = verdict
        guard !isJSON else { return }
        let text = DifferenceText(console.paint)
        for difference in differences { try console.write(text.of(difference)) }
        if verdict.different > differences.count {
            try console.line("and \(verdict.different - differences.count) more")
        }
        guard verdict.different == 0 else {
            return try console.line(
                "\(verdict.different) of \(verdict.entities) entities differ from the live state")
        }
        try console.line(
            isWhole
                ? "all \(verdict.entities) entities are the same as in the live state"
                : "nothing in it is newer or other than in the live state, "
                    + "of \(verdict.entities) entities")
    }

    /// The generation is the live one.
    func isLive(_ name: String) throws(CommandFailure) {
        generation = name
        isInstalled = true
        if !isJSON { try console.line("generation \(name) is the live one") }
    }

    /// Everything is done.
    func end() throws(CommandFailure) {
        guard isJSON else { return }
        try console.write(json)
    }

    private var json: String {
        var writer = JSONWriter()
        writer.object { line in
            line.field("generation", generation)
            line.field("live", isInstalled)
            line.field("records", read.records)
            line.field("bytes", read.bytes)
            line.field("seconds", seconds)
            line.field("deadLetters", read.deadLetters)
            line.field("later", read.later)
            line.array("topics") { list in
                for (name, topic) in read.topics.sorted(by: { $0.key < $1.key }) {
                    list.object { one in
                        one.field("topic", name)
                        one.field("records", topic.records)
                        one.field("bytes", topic.bytes)
                    }
                }
            }
            line.array("notes") { list in for note in notes { list.value(note) } }
            if let verdict { write(verdict, to: &line) }
        }
        writer.newline()
        return writer.text
    }

    private func write(_ verdict: ReplayRun.Verdict, to line: inout JSONWriter) {
        line.object("verify") { part in
            part.field("entities", verdict.entities)
            part.field("different", verdict.different)
            part.field("worse", verdict.worse)
            part.array("differences") { list in
                for difference in differences {
                    list.object { DifferenceText.write(difference, to: &$0) }
                }
            }
        }
    }
}
