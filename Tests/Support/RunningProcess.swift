import Glibc
import Synchronization

/// How a process ended.
package enum ProcessEnd: Equatable, Sendable {
    case exited(Int32)
    case signalled(Int32)
}

/// A program that a test runs beside itself; it is killed with the last reference to it.
///
/// What it writes goes to two files, so that nothing blocks on a full pipe and the whole of it can be
/// read at any time. Its standard input is empty.
package final class RunningProcess: Sendable {
    /// The number of the process.
    package let pid: Int32
    private let name: String
    private let folder: TemporaryDirectory
    private let end = Mutex<ProcessEnd?>(nil)

    /// Starts the program at the path, with this process's environment and what is laid over it.
    package init(
        _ program: String, _ arguments: [String] = [], environment: [String: String] = [:],
        directory: String? = nil
    ) throws {
        name = program.split(separator: "/").last.map(String.init) ?? program
        folder = try TemporaryDirectory()
        pid = try Self.spawn(
            program, arguments, environment: environment, directory: directory, output: folder)
    }

    /// All that it has written to its standard output.
    package var output: String { (try? FileSystem.text(of: folder.file("output"))) ?? "" }

    /// All that it has written to its standard error.
    package var errors: String { (try? FileSystem.text(of: folder.file("errors"))) ?? "" }

    /// Sends it a signal, unless it has ended.
    package func send(_ signal: Int32) {
        end.withLock { known in
            // Under the lock nobody reaps it meanwhile, so the number is still its own.
            if known == nil { _ = kill(pid, signal) }
        }
    }

    /// How it ended, or nil while it runs.
    package var endIfAny: ProcessEnd? {
        end.withLock { known in
            if known == nil { known = reap(WNOHANG) }
            return known
        }
    }

    /// Waits for its end; throws with the last lines it wrote when the time is over.
    @discardableResult
    package func waitForEnd(upTo limit: Duration) throws -> ProcessEnd {
        do {
            return try eventually("\(name) to end", upTo: limit) { endIfAny }
        } catch let timedOut as TimedOut {
            throw TimedOut(description: "\(timedOut.description); \(lastWords)")
        }
    }

    /// Waits for the first line, of either stream, that holds the text, and gives it.
    ///
    /// Throws at once when the process ends without one.
    @discardableResult
    package func waitForLine(with text: String, upTo limit: Duration) throws -> String {
        do {
            return try eventually("\(name) to write \"\(text)\"", upTo: limit) {
                let over = endIfAny
                if let line = line(with: text) { return line }
                if let over { throw TimedOut(description: "\(name) ended (\(over))") }
                return nil
            }
        } catch let timedOut as TimedOut {
            throw TimedOut(description: "\(timedOut.description); \(lastWords)")
        }
    }

    /// The first whole line, of either stream, that holds the text.
    package func line(with text: String) -> String? {
        for stream in [output, errors] {
            let lines = stream.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            if let line = lines.first(where: { $0.contains(text) }) { return String(line) }
        }
        return nil
    }

    /// Kills it as a crash would, and waits until it is gone.
    package func crash() {
        send(SIGKILL)
        end.withLock { known in
            if known == nil { known = reap(0) }
        }
    }

    deinit {
        crash()
    }

    /// The end of what it wrote, for the message of a test that fails.
    private var lastWords: String {
        let lines = (output + errors).split(separator: "\n").suffix(20)
        return "it wrote last:\n" + lines.joined(separator: "\n")
    }

    private func reap(_ options: Int32) -> ProcessEnd? {
        var status: Int32 = 0
        var result: pid_t
        repeat { result = unsafe waitpid(pid, &status, options) } while result < 0 && errno == EINTR
        guard result == pid else { return nil }
        let signal = status & 0x7f
        return signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
    }
}

extension RunningProcess {
    /// Runs a program to its end and gives how it ended and what it wrote.
    package static func run(
        _ program: String, _ arguments: [String] = [], environment: [String: String] = [:],
        directory: String? = nil, upTo limit: Duration = .seconds(60)
    ) throws -> (end: ProcessEnd, output: String, errors: String) {
        let process = try RunningProcess(
            program, arguments, environment: environment, directory: directory)
        let end = try process.waitForEnd(upTo: limit)
        return (end, process.output, process.errors)
    }

    private static func spawn(
        _ program: String, _ arguments: [String], environment: [String: String],
        directory: String?, output: TemporaryDirectory
    ) throws -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
        let create = O_WRONLY | O_CREAT | O_TRUNC
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(
            &actions, 1, output.file("output"), create, 0o600)
        unsafe posix_spawn_file_actions_addopen(
            &actions, 2, output.file("errors"), create, 0o600)

        // The child starts with no signal blocked, whatever the thread that runs the test has.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { _ = unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        var settings = Environment.all
        settings.merge(environment) { _, new in new }
        var pid: pid_t = 0
        // `env` changes to the folder and then becomes the program, so the number stays.
        let command = directory.map { ["env", "-C", $0, program] } ?? [program]
        let code = unsafe withCStrings(command + arguments) { argv in
            unsafe withCStrings(settings.map { "\($0.key)=\($0.value)" }) { envp in
                unsafe posix_spawnp(&pid, command[0], &actions, &attributes, argv, envp)
            }
        }
        guard code == 0 else { throw SystemFailure("start \(program)", code: code) }
        return pid
    }

    /// Lends the texts as C wants a list of them: pointers, the last one null.
    private static func withCStrings<Result>(
        _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        let copies = unsafe texts.map { unsafe strdup($0) }
        defer { unsafe copies.forEach { unsafe free($0) } }
        let list = unsafe UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>.allocate(
            capacity: copies.count + 1)
        defer { unsafe list.deallocate() }
        for index in unsafe copies.indices { unsafe list[index] = copies[index] }
        unsafe list[copies.count] = nil
        guard let start = list.baseAddress else {
            preconditionFailure("a list of one at least")
        }
        return unsafe body(start)
    }
}
