import Testing

@testable import App

struct CompletionTests {
    @Test(arguments: ["bash", "zsh", "fish"])
    func `a script knows every command and option`(shell: String) {
        let script = Completion(commands: CommandTable.commands).script(for: shell)
        for command in CommandTable.commands {
            for word in command.name.split(separator: " ") { #expect(script.contains(word)) }
            for option in command.allOptions { #expect(script.contains(option.name.dropFirst(2))) }
        }
    }
}
