import Journal

/// `journal clean`.
enum JournalCleanCommand {
    static let command = Command(
        name: "journal clean", group: .operate,
        summary: "Remove copies of torn batches from the journal's folder",
        details: """
            When a start finds the batch that a crash interrupted, it removes the batch and keeps a
            copy in a file named torn-..., for a person to look at. Nothing reads the copies, and
            they count as the journal's bytes (journal.maxBytes). This command removes them, whether
            serve runs or not, and never touches another file. Exits with 66 if there is no copy of
            that name.
            """,
        arguments: [
            .init(name: "NAME", help: "The copy, as journal ls lists it", isRequired: false)
        ],
        options: [.init(name: "--all", help: "Remove every copy"), JournalCommands.folder],
        examples: [
            .init(text: "one copy", line: "hookline journal clean torn-0000000003-1306624"),
            .init(text: "all of them", line: "hookline journal clean --all"),
        ]
    ) { invocation throws(CommandFailure) in
        let name = invocation.arguments.first
        guard (name == nil) == invocation.has("--all") else {
            throw CommandFailure(
                .usage,
                name == nil ? "no copy is named: give its NAME or --all" : "give NAME or --all")
        }
        let settings = try SettingsLoader(invocation).load()
        let files = try JournalCommands.asking { () throws(JournalError) in
            try JournalFiles(settings.journal.folder)
        }
        let copies = try JournalCommands.asking { () throws(JournalError) in try files.torn() }
        let chosen = copies.filter { name == nil || $0.name == name }
        if let name, chosen.isEmpty {
            throw CommandFailure(
                .noInput,
                "\(files.path) holds no copy of a torn batch named \(name): hookline journal ls "
                    + "lists them")
        }
        for copy in chosen {
            let isRemoved = try JournalCommands.asking { () throws(JournalError) in
                try files.removeTorn(copy.name)
            }
            guard isRemoved else { continue }
            try invocation.console.line("removed \(copy.name), \(SizeText.of(copy.bytes))")
        }
        if copies.isEmpty { try invocation.console.line("no copy of a torn batch to remove") }
        return .success
    }
}
