import Testing

@testable import App

struct CommandParserTests {
    private static let parser = CommandParser(commands: [
        Command(
            name: "state get", group: .look, summary: "Get",
            arguments: [
                .init(name: "ENTITY", help: "e"), .init(name: "ID", help: "i", isRequired: false),
            ],
            options: [
                .init(name: "--rate", short: "-r", value: .integer("N", 1...9), help: "r"),
                .init(name: "--factor", value: .number("X", 0...1), help: "x"),
                .init(name: "--fast", help: "f"), .output,
            ]
        ) { _ in .success },
        Command(name: "state list", group: .look, summary: "List") { _ in .success },
        Command(name: "serve", group: .run, summary: "Serve") { _ in .success },
    ])

    private func parsed(_ line: String) throws -> ([String], [String: [String]]) {
        let words = line.split(separator: " ").map(String.init)
        guard case .run(_, let arguments, let values) = try Self.parser.parse(words) else {
            Issue.record("not a command to run")
            return ([], [:])
        }
        return (arguments, values)
    }

    @Test func `options stand anywhere and take their value both ways`() throws {
        let (arguments, values) = try parsed("state get -r 3 order --factor=0.5 o-1 --fast")
        #expect(arguments == ["order", "o-1"])
        #expect(values == ["--rate": ["3"], "--factor": ["0.5"], "--fast": [""]])
    }

    @Test func `two dashes end the options`() throws {
        #expect(try parsed("state get order -- --fast").0 == ["order", "--fast"])
    }

    @Test func `a repeatable option keeps all it got`() throws {
        let (_, values) = try parsed("serve --set a.b=1 --set c=d=e")
        #expect(values == ["--set": ["a.b=1", "c=d=e"]])
    }

    @Test(arguments: [
        ("sreve", "there is no command sreve, did you mean serve?"),
        ("banana", "there is no command banana"),
        ("state", "say which: state get, state list"),
        ("state gte", "there is no command state gte, did you mean state get?"),
        ("state get", "ENTITY is missing"),
        ("state get a b c", "nothing is expected at \"c\""),
        ("state get a --rat 3", "there is no option --rat, did you mean --rate?"),
        ("state get a --rate", "--rate needs N"),
        ("state get a --rate 10", "--rate is \"10\": must be a whole number from 1 to 9"),
        ("state get a --factor x", "--factor is \"x\": must be a number from 0.0 to 1.0"),
        ("state get a -o xml", "--output is \"xml\": must be table or json"),
        ("state get a --fast=1", "--fast takes no value"),
        ("state get a --rate 1 --rate 2", "--rate is given 2 times"),
        ("serve --set a", "--set is \"a\": must be KEY=VALUE"),
        ("--fast serve", "--fast stands before the command; put it after"),
    ])
    func `a slip is told with what would be right`(line: String, message: String) {
        let words = line.split(separator: " ").map(String.init)
        let failure = #expect(throws: CommandFailure.self) { try Self.parser.parse(words) }
        #expect(failure?.code == .usage)
        #expect(failure?.messages == [message])
    }

    @Test(arguments: [
        "", "--help", "-h", "help", "state --help", "help state", "help serve", "serve --help",
        "state get -h", "state get --rate 3 --help", "--version", "version",
    ])
    func `help and version need nothing else`(line: String) throws {
        let words = line.split(separator: " ").map(String.init)
        if case .run = try Self.parser.parse(words) { Issue.record("\(line) runs something") }
    }
}
