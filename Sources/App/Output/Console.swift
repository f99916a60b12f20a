import Threads

/// Standard output and standard error, for commands: gathered on a pipe, at once on a terminal.
final class Console: Sendable {
    /// How much is gathered before it is written.
    private static let gatheredBytes = 64 * 1024

    /// Colours for standard output.
    let paint: Paint
    /// Colours for standard error.
    let errorPaint: Paint
    let isTerminal: Bool
    private let gathered = Monitor<[UInt8]>([])
    private let sink: @Sendable ([UInt8]) -> Bool
    private let complaints: @Sendable (String) -> Void

    /// The process's own streams; `NO_COLOR` and a dumb terminal are respected.
    convenience init(environment: [String: String]) {
        let isPlain = environment["NO_COLOR"]?.isEmpty == false || environment["TERM"] == "dumb"
        self.init(
            isTerminal: StandardStream.output.isTerminal,
            paint: Paint(isOn: StandardStream.output.isTerminal && !isPlain),
            errorPaint: Paint(isOn: StandardStream.error.isTerminal && !isPlain)
        ) {
            StandardStream.output.write($0) == 0
        } complaints: {
            StandardStream.error.write($0)
        }
    }

    /// A console whose output goes to the closure, which says whether somebody still reads, and
    /// whose complaints go to another.
    init(
        isTerminal: Bool = false, paint: Paint = Paint(isOn: false),
        errorPaint: Paint = Paint(isOn: false), sink: @escaping @Sendable ([UInt8]) -> Bool,
        complaints: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.complaints = complaints
        self.isTerminal = isTerminal
        self.paint = paint
        self.errorPaint = errorPaint
        self.sink = sink
    }

    /// Writes text to standard output.
    func write(_ text: String) throws(CommandFailure) {
        try write(Array(text.utf8))
    }

    /// Writes bytes to standard output.
    func write(_ bytes: [UInt8]) throws(CommandFailure) {
        let isWritten = gathered.withLock { gathered in
            gathered.append(contentsOf: bytes)
            return isTerminal || gathered.count >= Self.gatheredBytes ? drain(&gathered) : true
        }
        guard isWritten else { throw .brokenPipe }
    }

    /// Writes a line to standard output.
    func line(_ text: String = "") throws(CommandFailure) {
        try write(text + "\n")
    }

    /// Writes what is still gathered.
    func flush() throws(CommandFailure) {
        guard gathered.withLock({ drain(&$0) }) else { throw .brokenPipe }
    }

    /// Tells what is wrong, each message a line of its own on standard error.
    func complain(_ messages: [String], hint: String? = nil) {
        for message in messages {
            complaints(errorPaint.red("hookline:") + " \(message)\n")
        }
        if let hint { complaints(errorPaint.dim("          " + hint) + "\n") }
    }

    private func drain(_ bytes: inout [UInt8]) -> Bool {
        guard !bytes.isEmpty else { return true }
        defer { bytes.removeAll(keepingCapacity: true) }
        return sink(bytes)
    }
}
