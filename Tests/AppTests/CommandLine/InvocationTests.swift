import Configuration
import Events
import Testing

@testable import App

struct InvocationTests {
    @Test func `options that stand for a setting become flags, before those of --set`() {
        let command = Command(
            name: "serve", group: .run, summary: "Serve",
            options: [
                .init(
                    name: "--port", value: .integer("N", 0...9), help: "p", setting: "ingress.port")
            ]
        ) { _ in .success }
        let invocation = Invocation(
            values: ["--port": ["7"], "--set": ["a.b=c=d"], "--config": ["x"]], command: command,
            console: Console { _ in true }, environment: [:])
        #expect(
            invocation.flags == [
                ConfigurationFlag(option: "--port", path: "ingress.port", text: "7"),
                ConfigurationFlag(option: "--set", path: "a.b", text: "c=d"),
            ])
        #expect(invocation.integer("--port") == 7)
        #expect(invocation.text("--config") == "x")
        #expect(!invocation.wantsJSON)
    }

    @Test func `a point in time is a time or a date, and anything else is told`() throws {
        let command = Command(name: "state get", group: .look, summary: "Get") { _ in .success }
        func ask(_ text: String) throws -> PointInTime? {
            try Invocation(
                values: ["--at": [text]], command: command, console: Console { _ in true },
                environment: [:]
            ).pointInTime("--at")
        }
        #expect(try ask("2026-11-20")?.isDate == true)
        let failure = #expect(throws: CommandFailure.self) { try ask("noon") }
        #expect(failure?.code == .usage)
        #expect(failure?.messages.first?.hasPrefix("--at is \"noon\": must be a time") == true)
    }

    @Test func `it must be said which ones are meant, by filters or by --all alone`() throws {
        let command = Command(name: "redrive", group: .operate, summary: "Do") { _ in .success }
        func ask(_ options: String...) throws(CommandFailure) {
            let values = options.map { ($0, ["x"]) }
            try Invocation(
                values: Dictionary(uniqueKeysWithValues: values), command: command,
                console: Console { _ in true }, environment: [:]
            ).requireFilter(of: ["--type", "--since"], for: "records")
        }
        try ask("--type")
        try ask("--type", "--since")
        try ask("--all")
        let nothing = #expect(throws: CommandFailure.self) { try ask("--dry-run") }
        #expect(nothing?.code == .usage)
        #expect(
            nothing?.messages == [
                "nothing says which records are meant: give --type, --since or --all"
            ])
        let both = #expect(throws: CommandFailure.self) { try ask("--all", "--since") }
        #expect(both?.messages == ["--all and a filter: which of them is meant?"])
    }
}
