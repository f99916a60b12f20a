import JSON
import Journal

/// What `journal verify` prints, while it reads and at its end.
struct VerifyReport {
    private let console: Console
    private let wantsJSON: Bool

    init(_ invocation: Invocation) {
        console = invocation.console
        wantsJSON = invocation.wantsJSON
    }

    /// Verifies the folder and tells of it.
    func run(_ configuration: JournalConfiguration) throws(CommandFailure) -> ExitCode {
        do {
            let files = try JournalFiles(configuration.folder)
            var verifier = JournalVerifier(files, configuration)
            let result = try verifier.run { (news) throws(CommandFailure) in
                switch news {
                case .fault(let fault): try tell(fault)
                case .progress(let bytes, let total): try show(bytes, total)
                }
            }
            try clear()
            try console.write(wantsJSON ? json(result) : text(result))
            return code(result.worst)
        } catch let error as JournalError {
            throw JournalCommands.failure(error)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.software, "\(error)")
        }
    }

    private func code(_ worst: JournalFault.Kind?) -> ExitCode {
        switch worst {
        case nil: .success
        case .torn, .recoverable: .negative
        case .corrupt: .data
        }
    }

    private func tell(_ fault: JournalFault) throws(CommandFailure) {
        try clear()
        guard wantsJSON else {
            let kind =
                fault.kind == .corrupt
                ? console.paint.red(fault.kind.rawValue) : console.paint.yellow(fault.kind.rawValue)
            return try console.write("\(kind): \(fault)\n    \(fault.meaning)\n")
        }
        var writer = JSONWriter()
        writer.object { line in
            line.field("fault", fault.kind.rawValue)
            line.field("file", fault.path)
            line.key("offset")
            if let offset = fault.offset { line.value(offset) } else { line.null() }
            line.field("reason", fault.reason)
            line.field("meaning", fault.meaning)
        }
        writer.newline()
        try console.write(writer.text)
    }

    // MARK: - On a terminal

    private var isShown: Bool { console.isTerminal && !wantsJSON }

    private func show(_ bytes: Int, _ total: Int) throws(CommandFailure) {
        guard isShown else { return }
        let share = bytes * 100 / max(total, bytes, 1)
        try console.write(
            "\r\u{1B}[K\(share) %, \(SizeText.of(bytes)) of \(SizeText.of(total)) read")
    }

    private func clear() throws(CommandFailure) {
        if isShown { try console.write("\r\u{1B}[K") }
    }

    // MARK: - The end

    private func text(_ result: JournalVerification) -> String {
        var text = ""
        for one in result.unfinished {
            text += "not looked at, since it is being written: \(one)\n"
        }
        let outcome = result.worst.map { verdict($0) } ?? console.paint.green("sound")
        let range = result.first.flatMap { first in result.last.map { " (\(first) to \($0))" } }
        text += "\(outcome): \(result.records) records\(range ?? ""), segments: \(result.segments)"
        text += ", \(SizeText.of(result.bytes))"
        return text + (result.hasEndMark ? ", stopped in order\n" : "\n")
    }

    private func verdict(_ worst: JournalFault.Kind) -> String {
        switch worst {
        case .corrupt: console.paint.red("corrupt")
        case .torn: console.paint.yellow("torn at the end")
        case .recoverable: console.paint.yellow("sound but for a checkpoint")
        }
    }

    private func json(_ result: JournalVerification) -> String {
        var writer = JSONWriter()
        writer.object { line in
            line.field("result", result.worst?.rawValue ?? "sound")
            line.field("segments", result.segments)
            line.field("batches", result.batches)
            line.field("records", result.records)
            line.field("bytes", result.bytes)
            line.key("first")
            if let first = result.first { line.value(first) } else { line.null() }
            line.key("last")
            if let last = result.last { line.value(last) } else { line.null() }
            line.field("endMark", result.hasEndMark)
            line.array("unfinished") { list in
                for one in result.unfinished { list.value(one) }
            }
        }
        writer.newline()
        return writer.text
    }
}
