/// How a command ended, in the words of sysexits.h.
enum ExitCode: Int32, Sendable, CaseIterable {
    /// It did what was asked.
    case success = 0
    /// The answer is no: not healthy, not found, topics differ.
    case negative = 1
    /// The command line was wrong (EX_USAGE).
    case usage = 64
    /// The data was wrong (EX_DATAERR).
    case data = 65
    /// A file to read is not there (EX_NOINPUT).
    case noInput = 66
    /// Something that is needed does not answer, Kafka mostly (EX_UNAVAILABLE).
    case unavailable = 69
    /// A fault of ours (EX_SOFTWARE).
    case software = 70
    /// The system gives no further thread (EX_OSERR); `Worker` ends the process with it too.
    case system = 71
    /// The disk (EX_IOERR).
    case io = 74
    /// Not now, but later maybe: another process holds the lock (EX_TEMPFAIL).
    case temporary = 75
    /// The configuration was wrong (EX_CONFIG).
    case configuration = 78
}

/// A command could not do it: what a person is told, and with what code the process ends.
struct CommandFailure: Error, Equatable {
    let code: ExitCode
    /// Each becomes a line; none where nothing needs to be said.
    let messages: [String]
    /// Where to look further, for people.
    var hint: String?

    init(_ code: ExitCode, _ messages: String...) {
        self.init(code, messages)
    }

    init(_ code: ExitCode, _ messages: [String]) {
        self.code = code
        self.messages = messages
    }

    /// The reader of our output has gone, as `head` does: it has what it wanted.
    static let brokenPipe = CommandFailure(.success)
}
