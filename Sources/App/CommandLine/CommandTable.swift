/// Every command, in the order of the list that `hookline --help` prints.
enum CommandTable {
    static let commands: [Command] = [
        ConfigCommands.check,
        ConfigCommands.print,
        CompletionCommand.command,
    ]
}
