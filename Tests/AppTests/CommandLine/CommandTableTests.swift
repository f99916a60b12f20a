import Testing

@testable import App

struct CommandTableTests {
    @Test func `no two commands share a name`() {
        let names = CommandTable.commands.map(\.name)
        #expect(Set(names).count == names.count)
    }

    @Test(arguments: CommandTable.commands)
    func `a command is described in full`(command: Command) {
        #expect(!command.summary.hasSuffix("."))
        #expect(command.summary.count <= 72)
        let options = command.allOptions
        #expect(Set(options.map(\.name)).count == options.count)
        let shorts = options.compactMap(\.short)
        #expect(Set(shorts).count == shorts.count)
        #expect(options.allSatisfy { $0.name.hasPrefix("--") })
    }

    @Test(arguments: CommandTable.commands)
    func `an example is a line that parses`(command: Command) throws {
        for example in command.examples {
            let line = example.line.split(separator: "|")[0].split(separator: "(").last ?? ""
            let words = line.split { " )".contains($0) }.map(String.init)
            let own = words.drop { $0 != "hookline" }.dropFirst().prefix { $0 != ">" && $0 != "&" }
            let meaning = try CommandParser(commands: CommandTable.commands).parse(Array(own))
            guard case .run(let found, _, _) = meaning else {
                Issue.record("\(example.line) runs nothing")
                continue
            }
            #expect(found.name == command.name)
        }
    }
}
