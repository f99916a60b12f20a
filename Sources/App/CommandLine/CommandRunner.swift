/// Takes what was typed to the command that is meant, and its end to an exit code.
struct CommandRunner {
    static let number = "0.1.0"
    /// What `--version` prints.
    static let version = "hookline \(number)"

    let commands: [Command]
    let console: Console
    let environment: [String: String]

    func run(_ words: [String]) -> ExitCode {
        do {
            let code = try obey(CommandParser(commands: commands).parse(words), words)
            try console.flush()
            return code
        } catch {
            try? console.flush()
            console.complain(error.messages, hint: error.hint)
            return error.code
        }
    }

    private func obey(
        _ meaning: CommandParser.Meaning, _ words: [String]
    ) throws(CommandFailure) -> ExitCode {
        let help = CommandHelp(commands: commands, paint: console.paint)
        switch meaning {
        case .overview(let family): try console.write(help.overview(of: family))
        case .help(let command): try console.write(help.text(for: command))
        case .version: try console.line(Self.version)
        case .run(let command, let arguments, let values):
            let invocation = Invocation(
                arguments: arguments, values: values, command: command, console: console,
                environment: environment)
            return try command.run(invocation)
        }
        // Without a word there was nothing to do: a script that forgot it shall notice.
        return words.isEmpty ? .usage : .success
    }
}
