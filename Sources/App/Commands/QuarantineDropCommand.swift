import JSON
import Kafka
import Publisher

/// `quarantine drop`: sets aside what nobody needs.
enum QuarantineDropCommand {
    static let command = Command(
        name: "quarantine drop", group: .operate,
        summary: "Set aside quarantined records that nobody needs",
        details: """
            Writes a marker with the reason to the quarantine for each record. quarantine ls lists
            these records only with --all, and quarantine redrive leaves them where they are. The
            records themselves stay in Kafka. If drop and redrive run at once, the newer continues
            and the older exits with 75.

            Give at least one filter or --all; a record must pass every kind of filter.
            """,
        options: QuarantineRedriveCommand.filters + [DropReason.option, .output],
        examples: [
            .init(
                text: "what a test sent by mistake",
                line: "hookline quarantine drop --type order.tested --why load-test")
        ]
    ) { invocation throws(CommandFailure) in
        let selection = try QuarantineRedriveCommand.selection(invocation)
        let why = try DropReason.read(invocation)
        let settings = try SettingsLoader(invocation).load()
        var count = 0
        do throws(KafkaError) {
            try QuarantineRedriveCommand.redrive(settings).drop(selection, because: why) {
                count += $0
            }
        } catch {
            throw QuarantineRedriveCommand.failure(
                error, settings.kafka, published: count, verb: "set aside")
        }
        let console = invocation.console
        if invocation.wantsJSON {
            var writer = JSONWriter()
            writer.object { $0.field("dropped", count) }
            writer.newline()
            try console.write(writer.text)
        } else if count == 0 {
            try console.line("The quarantine holds nothing like that.")
        } else {
            try console.line("\(count) \(count == 1 ? "record was" : "records were") set aside")
        }
        return .success
    }
}
