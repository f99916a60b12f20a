import Testing

@testable import App

struct CompletionCommandTests {
    @Test func `another shell is a wrong command line`() {
        let runner = CommandRunner(
            commands: CommandTable.commands, console: Console { _ in true }, environment: [:])
        #expect(runner.run(["completion", "tcsh"]) == .usage)
        #expect(runner.run(["completion", "bash"]) == .success)
    }
}
