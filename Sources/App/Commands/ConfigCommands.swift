import Configuration

/// `config check` and `config print`.
enum ConfigCommands {
    static let check = Command(
        name: "config check", group: .operate,
        summary: "Tell everything that is wrong with the configuration",
        details: """
            Reads file, environment and command line as every command does, and prints one line for
            each problem: the setting, its value, where it stands and what is allowed. Nothing is
            started. Ends with 0 where all is well, else with 78.
            """,
        examples: [
            .init(text: "before a deployment", line: "hookline config check -c new.json5")
        ]
    ) { invocation throws(CommandFailure) in
        let (_, reader) = try SettingsLoader(invocation).read()
        let problems = reader.problems()
        guard problems.isEmpty else {
            throw CommandFailure(.configuration, problems.map(\.description))
        }
        for notice in reader.notices { try invocation.console.line(notice) }
        let set = reader.settings.count(where: \.isChanged)
        try invocation.console.line(
            "The configuration is right: \(reader.settings.count) settings, \(set) not at their "
                + "default.")
        return .success
    }

    static let print = Command(
        name: "config print", group: .operate,
        summary: "Print every setting that counts, and who set it",
        details: """
            What is printed is a configuration file itself. Secrets are shown as ***.
            """,
        options: [
            .init(name: "--changed", help: "Only what is not at its default"), .output,
        ],
        examples: [
            .init(text: "what the environment changes", line: "hookline config print --changed"),
            .init(
                text: "for a script",
                line: "hookline config print -o json | jq '.\"ingress.path\".value'"),
        ]
    ) { invocation throws(CommandFailure) in
        let (_, reader) = try SettingsLoader(invocation).read()
        let settings = reader.settings.filter {
            !invocation.has("--changed") || $0.isChanged
        }
        let printer = SettingsPrinter(settings: settings)
        let console = invocation.console
        try console.write(invocation.wantsJSON ? printer.json() : printer.json5(console.paint))
        let problems = reader.problems()
        guard problems.isEmpty else {
            throw CommandFailure(.configuration, problems.map(\.description))
        }
        return .success
    }
}
