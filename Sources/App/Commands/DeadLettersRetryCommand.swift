import Consumer
import Events
import Projection
import Store
import Telemetry

/// `dead-letters retry`: applies what is an event now.
enum DeadLettersRetryCommand {
    /// Letters read at a time for a dry run: each may have a megabyte.
    private static let page = 16

    static let command = Command(
        name: "dead-letters retry", group: .operate,
        summary: "Apply the dead letters that are events under the present catalogue",
        details: """
            Reads the letters again, as consume would read their records now. What is an event is
            applied to the state at its own place in Kafka, and its letter goes, in one transaction:
            ended anywhere and run again, each event is applied once. The rest stays, with its
            reason brought up to date. A value that was too long to be kept whole is read from
            Kafka, where the record is the same still.

            Where consume runs, it is asked to do it between two batches, with the catalogue with
            which it was started: restart it first if the catalogue has changed. Where none runs,
            the command takes the state's folder and does it by itself.

            At least one filter or --all; a letter must pass every kind of filter. Ends with 1 where
            a letter stays.
            """,
        options: DeadLetterCommands.selection + [
            .init(
                name: "--number", value: .text("NUMBER"),
                help: "Only this letter, as ls prints it; repeatable", isRepeatable: true),
            .init(name: "--all", help: "All of them"),
            .init(name: "--dry-run", help: "Say what each is now, and change nothing"),
            .output,
        ],
        examples: [
            .init(
                text: "after the catalogue has learned a type: what would happen",
                line: "hookline dead-letters retry --reason envelope --dry-run"),
            .init(text: "do it", line: "hookline dead-letters retry --reason envelope"),
            .init(
                text: "two letters, whatever else there is",
                line: "hookline dead-letters retry --number 17 --number 19"),
        ]
    ) { invocation throws(CommandFailure) in
        try invocation.requireFilter(
            of: ["--reason", "--topic", "--since", "--until", "--number"], for: "letters")
        let selection = try DeadLetterCommands.selection(invocation)
        let settings = try SettingsLoader(invocation).load()
        let judge = DeadLetterJudge(
            catalogue: settings.catalogue, kafka: settings.kafka, log: .silent)
        if invocation.has("--dry-run") { return try plan(selection, judge, invocation) }
        let summary = try run(selection, judge, settings)
        let console = invocation.console
        if invocation.wantsJSON {
            try console.write(DeadLetterText.json(summary))
        } else {
            try console.line(DeadLetterText.sentence(summary))
        }
        return summary.staying.isEmpty ? .success : .negative
    }

    /// Says what each letter is now, of one moment of the state.
    private static func plan(
        _ selection: DeadLetterSelection, _ judge: DeadLetterJudge, _ invocation: Invocation
    ) throws(CommandFailure) -> ExitCode {
        try StateCommands.reading(invocation) { (reader, _, console) throws(CommandFailure) in
            var cursor: Int64 = 0
            var (events, staying) = (0, 0)
            while true {
                let letters = try StateCommands.stored { () throws(StoreError) in
                    try reader.deadLetters(selection, after: cursor, limit: page)
                }
                guard let last = letters.last else { break }
                cursor = last.number
                for letter in letters {
                    let judgement = judge.judge(letter)
                    if case .event = judgement { events += 1 } else { staying += 1 }
                    try console.write(
                        invocation.wantsJSON
                            ? DeadLetterText.json(letter, judgement)
                            : DeadLetterText.line(letter, judgement))
                }
            }
            if !invocation.wantsJSON {
                try console.line(
                    "\(events) would be applied, \(staying) would stay; nothing was changed")
            }
            return staying == 0 ? .success : .negative
        }
    }

    private static func run(
        _ selection: DeadLetterSelection, _ judge: DeadLetterJudge, _ settings: Settings
    ) throws(CommandFailure) -> RetrySummary {
        try LetterWork.run(
            StateRequest.retryDeadLetters, "\(selection)", settings, answer: { RetrySummary($0) }
        ) { store throws(StoreError) in
            let retry = try DeadLetterRetry(store, selection, judge)
            while try retry.step() {}
            return retry.summary
        }
    }
}
