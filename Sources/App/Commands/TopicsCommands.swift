import Ingress
import JSON
import Kafka
import Publisher
import Telemetry

/// `topics create` and `topics check`.
enum TopicsCommands {
    static let create = Command(
        name: "topics create", group: .operate,
        summary: "Make the topics that are missing, and compare the others",
        details: """
            One topic for each type of the catalogue, and one for the quarantine; topics.partitions,
            topics.replicas and topics.retentionHours say how. What is there is never changed: it is
            compared, and every difference told. Ends with 1 where a difference is dangerous.
            """,
        options: [.output],
        examples: [
            .init(text: "with what the configuration says", line: "hookline topics create"),
            .init(
                text: "more partitions",
                line: "hookline topics create --set topics.partitions=12"),
        ]
    ) { invocation throws(CommandFailure) in
        try run(invocation) { (topics) throws(KafkaError) in try topics.create() }
    }

    static let check = Command(
        name: "topics check", group: .operate,
        summary: "Compare the topics with what they should be, and change nothing",
        details: """
            Dangerous, and an end with 1: a topic that is missing, that is compacted (it would
            destroy merged state), that refuses large records, or, with three replicas, that could
            lose acknowledged ones. Other differences are told and are a matter of choice.
            """,
        options: [.output],
        examples: [.init(text: "before a deployment", line: "hookline topics check")]
    ) { invocation throws(CommandFailure) in
        try run(invocation) { (topics) throws(KafkaError) in try topics.check() }
    }

    private static func run(
        _ invocation: Invocation,
        _ ask: (TopicsAdministration) throws(KafkaError) -> [TopicReport]
    ) throws(CommandFailure) -> ExitCode {
        let settings = try SettingsLoader(invocation).load()
        let administration = TopicsAdministration(
            settings.kafka, settings.topics, settings.catalogue,
            delivery: settings.publisher.delivery,
            maxMessageBytes: PublishLoop.maxMessageBytes(bodyLimit: settings.ingress.bodyBytes),
            log: .silent)
        let reports = try asking(settings.kafka) { () throws(KafkaError) in
            try ask(administration)
        }
        let console = invocation.console
        try console.write(
            invocation.wantsJSON
                ? reports.map(json).joined() : text(reports, console.paint))
        return reports.allSatisfy(\.isFine) ? .success : .negative
    }

    /// Runs a question to Kafka; an error names whom it was put to.
    static func asking<R>(
        _ kafka: KafkaConfiguration, _ body: () throws(KafkaError) -> R
    ) throws(CommandFailure) -> R {
        do {
            return try body()
        } catch {
            throw CommandFailure(
                .unavailable,
                "Kafka at \(kafka.bootstrapServers) (kafka.bootstrapServers) did not answer "
                    + "as it should: \(error)")
        }
    }

    static func text(_ reports: [TopicReport], _ paint: Paint) -> String {
        let width = (reports.map(\.name.count).max() ?? 0) + 2
        var text = ""
        for report in reports {
            let gap = String(repeating: " ", count: width - report.name.count)
            text += report.name + gap + outcome(report, paint) + "\n"
            for difference in report.differences {
                let line = "\(difference)"
                text += "  " + (difference.danger == nil ? line : paint.red(line)) + "\n"
            }
        }
        return text
    }

    private static func outcome(_ report: TopicReport, _ paint: Paint) -> String {
        switch report.outcome {
        case .created: paint.green("created")
        case .missing: paint.red("missing")
        case .present where report.differences.isEmpty: paint.green("as it should be")
        case .present: report.isFine ? paint.yellow("differs") : paint.red("differs, dangerously")
        }
    }

    private static func json(_ report: TopicReport) -> String {
        var writer = JSONWriter()
        writer.object { line in
            line.field("topic", report.name)
            line.field("outcome", "\(report.outcome)")
            line.field("fine", report.isFine)
            line.array("differences") { list in
                for difference in report.differences {
                    list.object { one in
                        one.field("setting", difference.setting)
                        one.field("wanted", difference.wanted)
                        one.field("found", difference.found)
                        one.field("danger", difference.danger)
                    }
                }
            }
        }
        writer.newline()
        return writer.text
    }
}
