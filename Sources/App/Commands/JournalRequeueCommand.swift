import Ingress
import JSON
import Journal
import Kafka
import Publisher
import Telemetry

/// `journal requeue`.
enum JournalRequeueCommand {
    static let command = Command(
        name: "journal requeue", group: .operate,
        summary: "Publish records of the journal again, as when a topic has lost them",
        details: """
            Reads the files alone, while serve runs or not, and sends with a client of its own: to
            the same topics, with the same keys, headers and bodies, in the same order. Say which
            records, or --all. In the topics they are there twice then; the state knows each event
            and does not change. Records that are not published yet are left to serve. Ends with 1
            where any was not acknowledged, and names the sequence to go on from.
            """,
        options: [JournalCommands.folder] + JournalSelection.options + [
            .init(name: "--all", help: "Everything that is published and still in the journal"),
            .init(name: "--dry-run", help: "Only count what would go where"), .output,
        ],
        examples: [
            .init(
                text: "what would go where",
                line: "hookline journal requeue --since 2026-03-01T10:00:00Z --dry-run"),
            .init(
                text: "a topic that was lost",
                line: "hookline journal requeue --type order.updated"),
        ]
    ) { invocation throws(CommandFailure) in
        let settings = try SettingsLoader(invocation).load()
        let selection = try JournalSelection(invocation)
        try invocation.requireFilter(of: JournalSelection.options.map(\.name), for: "records")
        return try RequeueRun(invocation, settings).run(selection)
    }
}

/// One run of `journal requeue`.
private struct RequeueRun {
    private let settings: Settings
    private let console: Console
    private let wantsJSON: Bool
    private let isDryRun: Bool

    init(_ invocation: Invocation, _ settings: Settings) {
        self.settings = settings
        console = invocation.console
        wantsJSON = invocation.wantsJSON
        isDryRun = invocation.has("--dry-run")
    }

    func run(_ asked: JournalSelection) throws(CommandFailure) -> ExitCode {
        var selection = asked
        let files = try JournalCommands.asking { () throws(JournalError) in
            try JournalFiles(settings.journal.folder)
        }
        let published = try PublishedRecords(files, settings)
        let last = published.position.through
        try refuse(selection, beyond: last)
        selection.end(at: last)
        if settings.publisher.delivery == .exactlyOnce {
            console.complain([
                "publisher.delivery is exactly-once: what is published again is in the topics twice"
            ])
        }
        var records = try SelectedRecords(files, selection, console)
        var left = 0
        let report = try send { () throws(CommandFailure) in
            while let stored = try records.next() {
                if published.contain(stored.record) { return stored.record }
                left += 1
            }
            return nil
        }
        try write(report, left: left)
        if records.isDamaged { return .data }
        guard isDryRun || report.acknowledged == report.records else {
            throw unacknowledged(report)
        }
        return records.isIncomplete ? .negative : .success
    }

    /// What is asked for by name and not published yet is refused, and not passed over in silence.
    private func refuse(
        _ selection: JournalSelection, beyond last: UInt64
    ) throws(CommandFailure) {
        let range = selection.filter.sequences
        let isBeyond = range.upperBound > last && range.upperBound < .max
        guard last == 0 || range.lowerBound > last || isBeyond else { return }
        throw CommandFailure(
            .negative,
            "records after \(last) are not published yet: serve publishes them when it runs, so "
                + "they are not published here as well")
    }

    private func send(
        _ next: () throws(CommandFailure) -> JournalRecord?
    ) throws(CommandFailure) -> RequeueReport {
        let router = RecordRouter(
            settings.catalogue, topicPrefix: settings.kafka.topicPrefix, source: settings.source)
        guard !isDryRun else { return try Requeue.plan(router, next) }
        let requeue: Requeue
        do {
            requeue = try Requeue(
                settings.kafka, settings.publisher, router: router,
                bodyLimit: settings.ingress.bodyBytes, log: .silent)
        } catch {
            throw CommandFailure(.configuration, "\(error)")
        }
        defer { if isShown { try? console.write("\r\u{1B}[K") } }
        return try requeue.run(next) { (report) throws(CommandFailure) in try show(report) }
    }

    private func unacknowledged(_ report: RequeueReport) -> CommandFailure {
        let count = report.records - report.acknowledged
        let reason = report.reason.map { ": \($0)" } ?? ""
        var failure = CommandFailure(
            report.acknowledged == 0 ? .unavailable : .negative,
            "Kafka at \(settings.kafka.bootstrapServers) did not acknowledge \(count) of "
                + "\(report.records) records\(reason)")
        failure.hint = report.lowestFailed.map { "go on with the same options and --from \($0)" }
        return failure
    }

    // MARK: - What is told

    private var isShown: Bool { console.isTerminal && !wantsJSON }

    private func show(_ report: RequeueReport) throws(CommandFailure) {
        guard isShown else { return }
        try console.write(
            "\r\u{1B}[K\(report.records) handed over, \(report.acknowledged) acknowledged")
    }

    private func write(_ report: RequeueReport, left: Int) throws(CommandFailure) {
        let topics = report.topics.sorted { $0.key < $1.key }
        guard !wantsJSON else { return try console.write(json(report, left: left)) }
        if !topics.isEmpty {
            var table = TextTable("TOPIC", "RECORDS", "ACKNOWLEDGED")
            for (name, counts) in topics {
                table.add(
                    name, String(counts.records), isDryRun ? "-" : String(counts.acknowledged))
            }
            try console.write(table.text(console.paint))
        }
        let what = isDryRun ? "would be published again" : "published again"
        try console.line("\(isDryRun ? report.records : report.acknowledged) records \(what)")
        if left > 0 { try console.line("\(left) of a topic that is behind are left to serve") }
    }

    private func json(_ report: RequeueReport, left: Int) -> String {
        var writer = JSONWriter()
        writer.object { line in
            line.field("dryRun", isDryRun)
            line.field("records", report.records)
            line.field("acknowledged", report.acknowledged)
            line.field("leftToServe", left)
            line.array("topics") { list in
                for (name, counts) in report.topics.sorted(by: { $0.key < $1.key }) {
                    list.object { one in
                        one.field("topic", name)
                        one.field("records", counts.records)
                        one.field("acknowledged", counts.acknowledged)
                    }
                }
            }
        }
        writer.newline()
        return writer.text
    }
}
