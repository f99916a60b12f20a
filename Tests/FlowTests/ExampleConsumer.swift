import Support
import Testing

/// The examples of `deploy/consumers`, as somebody would run them.
enum ExampleConsumer: String {
    case python
    case java

    /// Why it cannot be run here, nil if it can.
    var whyNot: String? {
        switch self {
        case .python:
            let probe = try? RunningProcess.run(Self.interpreter, ["-c", "import confluent_kafka"])
            return probe?.end == .exited(0) ? nil : "no python3-confluent-kafka"
        case .java:
            // A source file is run by the compiler of a JDK; a JRE has none.
            let probe = try? RunningProcess.run("javac", ["-version"])
            return probe?.end == .exited(0) ? nil : "no javac on PATH"
        }
    }

    private static let interpreter = "/usr/bin/python3"

    /// Starts it in a group.
    func start(_ installation: Installation, group: String) throws -> RunningProcess {
        let folder = "\(SourceTree.top)/deploy/consumers"
        switch self {
        case .python:
            return try RunningProcess(
                Self.interpreter,
                [
                    "\(folder)/consumer.py", "--bootstrap", installation.bootstrapServers,
                    "--group", group,
                ])
        case .java:
            return try RunningProcess(
                "java",
                [
                    "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                    "-cp", "\(Environment["KAFKA_HOME"] ?? "")/libs/*",
                    "\(folder)/Consumer.java", installation.bootstrapServers, group,
                ])
        }
    }
}

extension Trait where Self == ConditionTrait {
    /// Leaves a test out, with the reason, where the example cannot be run.
    static func whereItRuns(_ example: ExampleConsumer) -> Self {
        let whyNot = example.whyNot
        return .enabled(if: whyNot == nil, "\(whyNot ?? "")")
    }
}

/// A line that an example printed of an event, or of a record that is none.
struct ExampleLine: Hashable {
    let outcome: String
    /// As `topic[partition]@offset`.
    let place: String
    /// Type, id, subject, size of the body.
    let event: [String]

    init?(_ line: Substring) {
        let words = line.split(separator: " ").map(String.init)
        guard words.count == 2 || words.count == 6 else { return nil }
        (outcome, place, event) = (words[0], words[1], Array(words[2...]))
    }

    /// What it should print of a record, but for the outcome.
    init(_ record: ReadRecord, outcome: String) {
        self.outcome = outcome
        place = "\(record.topic)[\(record.partition)]@\(record.offset)"
        let headers = ["ce_type", "ce_id", "ce_subject"].map { record.headers[$0] ?? "" }
        event = headers + ["\(record.value.count)"]
    }

    var subject: String { event.count > 2 ? event[2] : "" }
    var id: String { event.count > 1 ? event[1] : "" }

    /// The partition and the offset in it.
    var partition: Substring { place.prefix { $0 != "@" } }
    var offset: Int { Int(place.drop { $0 != "@" }.dropFirst()) ?? -1 }
}
