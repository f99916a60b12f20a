import Consumer
import JSON
import Store

/// `dead-letters drop`.
enum DeadLettersDropCommand {
    static let command = Command(
        name: "dead-letters drop", group: .operate,
        summary: "Set aside records that cannot be applied and never will be",
        details: """
            The letters are counted no more, so an alert about them ends. The state remembers each
            by its position in Kafka and the hash of its value, with the reason given, and so does
            every generation that replay builds: dead-letters ls --dropped lists them. If the
            catalogue learns to apply such a record later, a replay applies it.

            If consume is running, it does this between two batches; else the command takes the
            state's folder and does it by itself. Give at least one filter or --all; a letter must
            pass every kind of filter.
            """,
        options: DeadLetterCommands.selection + [
            .init(
                name: "--number", value: .text("NUMBER"),
                help: "Only this letter, as ls prints it; repeatable", isRepeatable: true),
            .init(name: "--all", help: "Set all of them aside"),
            DropReason.option,
            .output,
        ],
        examples: [
            .init(
                text: "what a test wrote by mistake",
                line: "hookline dead-letters drop --topic telness.order.updated --reason json "
                    + "--why load-test")
        ]
    ) { invocation throws(CommandFailure) in
        try invocation.requireFilter(
            of: ["--reason", "--topic", "--since", "--until", "--number"], for: "letters")
        let selection = try DeadLetterCommands.selection(invocation)
        let order = DropOrder(selection, because: try DropReason.read(invocation))
        let settings = try SettingsLoader(invocation).load()
        let count = try LetterWork.run(
            StateRequest.dropDeadLetters, "\(order)", settings, answer: { Int($0) }
        ) { store throws(StoreError) in
            let drop = try DeadLetterDrop(store, order)
            while try drop.step() {}
            return drop.count
        }
        if invocation.wantsJSON {
            var writer = JSONWriter()
            writer.object { $0.field("dropped", count) }
            writer.newline()
            try invocation.console.write(writer.text)
        } else if count == 0 {
            try invocation.console.line("There is no dead letter like that.")
        } else {
            try invocation.console.line(
                "\(count) \(count == 1 ? "dead letter was" : "dead letters were") set aside")
        }
        return .success
    }
}
