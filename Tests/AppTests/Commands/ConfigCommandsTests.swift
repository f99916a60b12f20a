import Synchronization
import Testing

@testable import App

struct ConfigCommandsTests {
    private final class Written: Sendable {
        let text = Mutex("")
    }

    private func run(
        _ line: String, _ environment: [String: String] = [:]
    ) -> (code: ExitCode, output: String, complaints: String) {
        let output = Written()
        let complaints = Written()
        let console = Console { bytes in
            output.text.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
            return true
        } complaints: { line in
            complaints.text.withLock { $0 += line }
        }
        let code = CommandRunner(
            commands: CommandTable.commands, console: console, environment: environment
        ).run(line.split(separator: " ").map(String.init))
        return (code, output.text.withLock { $0 }, complaints.text.withLock { $0 })
    }

    @Test func `a right configuration ends with success`() {
        #expect(run("config check").code == .success)
    }

    @Test func `a wrong one is told a line each, and ends with 78`() {
        let end = run("config check --set log.level=x", ["HOOKLINE_A": "1"])
        #expect(end.code.rawValue == 78)
        #expect(end.complaints.split(separator: "\n").count == 2)
    }

    @Test func `only what was changed is printed where that is asked for`() {
        let end = run("config print --changed -o json --log-level debug")
        #expect(end.output == "{\"log.level\":{\"value\":\"debug\",\"origin\":\"--log-level\"}}\n")
    }
}
