import Configuration
import Events
import Files
import JSON
import Journal

/// `journal ls` and `journal verify`, and what all commands on the journal's files share.
enum JournalCommands {
    /// Which folder, for every command on the files.
    static let folder = Command.Option(
        name: "--journal", value: .text("FOLDER"), help: "The journal",
        setting: "journal.folder")

    static let list = Command(
        name: "journal ls", group: .look,
        summary: "List what the journal on disk holds, and how much of it is published",
        details: """
            Reads the files alone, while serve runs or not, and changes nothing. A segment is
            published when every record of it is acknowledged by Kafka, as the checkpoint on disk
            has it (at most a second old); partly when some are, or when a topic is passed over.
            The times are those at which its first and last batch were written.
            """,
        options: [folder, .output],
        examples: [
            .init(text: "of the configured journal", line: "hookline journal ls"),
            .init(
                text: "how many records wait for Kafka",
                line: "hookline journal ls -o json | jq .unpublished"),
        ]
    ) { invocation throws(CommandFailure) in
        let settings = try SettingsLoader(invocation).load()
        let listing = try asking { () throws(JournalError) in
            try JournalOverview(JournalFiles(settings.journal.folder))
        }
        let console = invocation.console
        try console.write(invocation.wantsJSON ? listing.json : listing.text(console.paint))
        return .success
    }

    static let verify = Command(
        name: "journal verify", group: .look,
        summary: "Check every record of the journal on disk, and its checkpoints",
        details: """
            Reads the files alone, while serve runs or not, and changes nothing: the checksum of
            every batch, the sequences without a gap, every record in its batch, every body
            against its hash, the journal's id, both files of both checkpoints. What is being
            written meanwhile is no fault.
            Ends with 0 where all is sound; with 1 where the next start mends it by itself: a torn
            end, as after a crash, or one damaged file of a checkpoint; with 65 where promised
            bytes are damaged. What is cut off whole at the end is seen only where a checkpoint
            reaches beyond it.
            """,
        options: [folder, .output],
        examples: [
            .init(text: "the configured journal", line: "hookline journal verify"),
            .init(
                text: "a copy of one", line: "hookline journal verify --journal /backup/journal"),
        ]
    ) { invocation throws(CommandFailure) in
        let settings = try SettingsLoader(invocation).load()
        return try VerifyReport(invocation).run(settings.journal)
    }

    /// Runs a question to the files; an error ends the command with the code of its kind.
    static func asking<R>(
        _ body: () throws(JournalError) -> R
    ) throws(CommandFailure) -> R {
        do {
            return try body()
        } catch {
            throw failure(error)
        }
    }

    /// How a command ends that the files refuse.
    static func failure(_ error: JournalError) -> CommandFailure {
        switch error {
        case .file(let file) where file.isMissing:
            CommandFailure(.noInput, "\(file): is there a journal? (journal.folder)")
        case .file(let file): CommandFailure(.io, "\(file)")
        case .damaged, .corrupt: CommandFailure(.data, "\(error)")
        case .outside: CommandFailure(.negative, "\(error)")
        }
    }
}
