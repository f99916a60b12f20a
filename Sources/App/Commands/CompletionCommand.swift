/// `completion`.
enum CompletionCommand {
    static let command = Command(
        name: "completion", group: .operate,
        summary: "Print the completion script of a shell",
        arguments: [.init(name: "SHELL", help: "bash, zsh or fish")],
        readsSettings: false,
        examples: [
            .init(text: "now, in this shell", line: "source <(hookline completion bash)")
        ]
    ) { invocation throws(CommandFailure) in
        guard let shell = invocation.arguments.first, ["bash", "zsh", "fish"].contains(shell) else {
            throw CommandFailure(
                .usage, "SHELL is \"\(invocation.arguments[0])\": must be bash, zsh or fish")
        }
        try invocation.console.write(Completion(commands: CommandTable.commands).script(for: shell))
        return .success
    }
}
