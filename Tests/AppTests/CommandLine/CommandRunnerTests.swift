import Testing

@testable import App

struct CommandRunnerTests {
    private static let commands = [
        Command(name: "greet", group: .look, summary: "Greet") {
            invocation throws(CommandFailure) in
            try invocation.console.line("hello")
            return .success
        },
        Command(name: "fail", group: .look, summary: "Fail") { _ throws(CommandFailure) in
            throw CommandFailure(.unavailable, "no Kafka", "no journal")
        },
    ]
    private var session = CommandSession(commands: commands)

    @Test func `a command writes and ends with its code`() {
        #expect(session.run("greet") == .init(code: .success, output: "hello\n", complaints: ""))
    }

    @Test func `a failure is told a line each`() {
        let end = session.run("fail")
        #expect(end.code == .unavailable)
        #expect(end.complaints == "hookline: no Kafka\nhookline: no journal\n")
    }

    @Test func `a reader that has gone is no failure`() {
        var unread = session
        unread.isRead = false
        let end = unread.run("greet")
        #expect(end.code == .success)
        #expect(end.complaints.isEmpty)
    }

    @Test func `without a command there is help, and the code of a wrong command line`() {
        let end = session.run("")
        #expect(end.code == .usage)
        #expect(end.output.contains("greet"))
        #expect(session.run("--help").code == .success)
    }

    @Test func `a slip is followed by where to look`() {
        let end = session.run("gret")
        #expect(end.code == .usage)
        #expect(
            end.complaints
                == "hookline: there is no command gret, did you mean greet?\n"
                + "          hookline --help shows what there is\n")
    }

    @Test func `the version is one line`() {
        #expect(session.run("--version").output == CommandRunner.version + "\n")
    }
}
