/// Every command, in the order of the list that `hookline --help` prints.
enum CommandTable {
    static let commands: [Command] = [
        ServeCommand.command,
        ConsumeCommand.command,
        DevCommand.command,
        SimulateCommand.command,
        StateCommands.get,
        StateCommands.history,
        StateCommands.list,
        StateCommands.export,
        StateGapsCommand.command,
        JournalCommands.list,
        JournalCommands.verify,
        JournalDumpCommand.command,
        QuarantineCommands.list,
        QuarantineCommands.show,
        QuarantineRedriveCommand.command,
        CatalogueCommand.command,
        CatalogueCommand.schema,
        HealthCommand.command,
        JournalRequeueCommand.command,
        TopicsCommands.create,
        TopicsCommands.check,
        ConfigCommands.check,
        ConfigCommands.print,
        CompletionCommand.command,
    ]
}
