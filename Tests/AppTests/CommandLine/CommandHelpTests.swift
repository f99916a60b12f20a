import Testing

@testable import App

struct CommandHelpTests {
    private let help = CommandHelp(commands: CommandTable.commands, paint: Paint(isOn: false))

    @Test func `the list names every command`() {
        let text = help.overview()
        for command in CommandTable.commands { #expect(text.contains("  \(command.name) ")) }
    }

    @Test(arguments: CommandTable.commands)
    func `the help of a command names all it understands`(command: Command) {
        let text = help.text(for: command)
        #expect(text.hasPrefix(command.summary + ".\n\nUsage: hookline \(command.name)"))
        for option in command.allOptions { #expect(text.contains(option.name)) }
        for argument in command.arguments { #expect(text.contains(argument.name)) }
        for example in command.examples { #expect(text.contains(example.line)) }
    }

    @Test func `help fits a terminal`() {
        let texts = CommandTable.commands.map(help.text(for:)) + [help.overview()]
        for line in texts.flatMap({ $0.split(separator: "\n") }) {
            #expect(line.count <= 100, "\(line)")
        }
    }
}
