import Synchronization
import Testing

@testable import App

struct CommandRunnerTests {
    private final class Written: Sendable {
        let text = Mutex("")
    }

    private func run(
        _ words: [String], reads: Bool = true
    ) -> (code: ExitCode, output: String, complaints: String) {
        let output = Written()
        let complaints = Written()
        let console = Console { bytes in
            output.text.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
            return reads
        } complaints: { line in
            complaints.text.withLock { $0 += line }
        }
        let commands = [
            Command(name: "greet", group: .look, summary: "Greet") {
                invocation throws(CommandFailure) in
                try invocation.console.line("hello")
                return .success
            },
            Command(name: "fail", group: .look, summary: "Fail") { _ throws(CommandFailure) in
                throw CommandFailure(.unavailable, "no Kafka", "no journal")
            },
        ]
        let code = CommandRunner(commands: commands, console: console, environment: [:]).run(words)
        return (code, output.text.withLock { $0 }, complaints.text.withLock { $0 })
    }

    @Test func `a command writes and ends with its code`() {
        #expect(run(["greet"]) == (.success, "hello\n", ""))
    }

    @Test func `a failure is told a line each`() {
        #expect(
            run(["fail"]) == (.unavailable, "", "hookline: no Kafka\nhookline: no journal\n"))
    }

    @Test func `a reader that has gone is no failure`() {
        let end = run(["greet"], reads: false)
        #expect(end.code == .success)
        #expect(end.complaints.isEmpty)
    }

    @Test func `without a command there is help, and the code of a wrong command line`() {
        let end = run([])
        #expect(end.code == .usage)
        #expect(end.output.contains("greet"))
        #expect(run(["--help"]).code == .success)
    }

    @Test func `a slip is followed by where to look`() {
        let end = run(["gret"])
        #expect(end.code == .usage)
        #expect(
            end.complaints
                == "hookline: there is no command gret, did you mean greet?\n"
                + "          hookline --help shows what there is\n")
    }

    @Test func `the version is one line`() {
        #expect(run(["--version"]).output == CommandRunner.version + "\n")
    }
}
