import Events
import Projection
import Store
import Support
import Testing

@testable import App

struct DeadLettersDropCommandTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        let store = try StateStore.open(
            StateFolder(directory.path), .init(.shipped, cacheBytes: 1 << 20))
        try store.begin()
        for offset: Int64 in 0..<3 {
            try store.keepDeadLetter(
                offset == 2 ? .key : .json, "bad",
                at: RecordPosition(topic: "telness.order.updated", partition: 1, offset: offset),
                key: nil, value: Array("no JSON".utf8).span, time: Timestamp(seconds: 1_767_225_600)
            )
        }
        try store.commit()
    }

    private func run(_ words: String...) -> CommandSession.End {
        CommandSession().run(words + ["--set", "state.folder=\(directory.path)"])
    }

    @Test func `which are meant and why must be said, and nothing is set aside else`() {
        for words in [
            ["dead-letters", "drop", "--all"], ["dead-letters", "drop", "--why", "x"],
            ["dead-letters", "drop", "--all", "--why", ""],
            ["dead-letters", "drop", "--all", "--why", "two\nlines"],
            ["dead-letters", "drop", "--all", "--why", String(repeating: "x", count: 501)],
        ] {
            let end = CommandSession().run(words + ["--set", "state.folder=\(directory.path)"])
            #expect(end.code == .usage)
        }
        #expect(run("dead-letters", "ls", "-o", "json").output.split(separator: "\n").count == 3)
    }

    @Test func `what was set aside is listed with its reason, and no more among the letters`() {
        let end = run("dead-letters", "drop", "--reason", "json", "--why", "a load test")
        #expect(end.output == "2 dead letters were set aside\n")
        #expect(end.code == .success)
        #expect(run("dead-letters", "ls", "-o", "json").output.contains(#""reason":"key""#))
        #expect(run("dead-letters", "ls", "--reason", "json").output.contains("no dead letter"))
        let dropped = run("dead-letters", "ls", "--dropped")
        #expect(dropped.output.contains("telness.order.updated[1]@1  json"))
        #expect(dropped.output.contains("a load test"))
        let lines = run("dead-letters", "ls", "--dropped", "-o", "json", "--topic", "other")
        #expect(lines.output.isEmpty)
        #expect(run("dead-letters", "ls", "--dropped", "--after", "1").code == .usage)
        let again = run("dead-letters", "drop", "--reason", "json", "--why", "again")
        #expect(again.output == "There is no dead letter like that.\n")
        #expect(
            run("dead-letters", "drop", "--number", "3", "--why", "x", "-o", "json").output
                == "{\"dropped\":1}\n")
    }
}
