import Synchronization

@testable import App

/// Runs command lines in this process and keeps what they wrote.
struct CommandSession {
    struct End: Equatable {
        let code: ExitCode
        let output: String
        let complaints: String
    }

    private final class Written: Sendable {
        let text = Mutex("")

        func add(_ more: String) { text.withLock { $0 += more } }
        var all: String { text.withLock { $0 } }
    }

    var commands = CommandTable.commands
    var environment: [String: String] = [:]
    /// Whether somebody reads the output.
    var isRead = true

    func run(_ words: [String]) -> End {
        let output = Written()
        let complaints = Written()
        let console = Console { [isRead] bytes in
            output.add(String(decoding: bytes, as: UTF8.self))
            return isRead
        } complaints: { line in
            complaints.add(line)
        }
        let runner = CommandRunner(commands: commands, console: console, environment: environment)
        return End(code: runner.run(words), output: output.all, complaints: complaints.all)
    }

    func run(_ line: String) -> End {
        run(line.split(separator: " ").map(String.init))
    }
}
