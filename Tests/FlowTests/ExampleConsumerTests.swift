import Events
import Glibc
import Kafka
import Simulator
import Support
import Telemetry
import Testing

extension Flows {
    /// The examples for other services, over a real Kafka that the real `serve` publishes to.
    @Suite(.whereKafkaIs, .realKafka, .serialized) struct ExampleConsumerTests {
        @Test(.whereItRuns(.python), .timeLimit(.minutes(5)))
        func `the Python example reads what was posted`() throws { try check(.python) }

        @Test(.whereItRuns(.java), .timeLimit(.minutes(5)))
        func `the Java example reads what was posted`() throws { try check(.java) }

        private func check(_ example: ExampleConsumer) throws {
            let installation = try Installation(
                bootstrapServers: try RealKafkaNode.current.bootstrapServers,
                settings: ["topics": "partitions: 3"])
            try TopicReader(kafka: installation.kafka).removeTopics(with: Installation.prefix)
            try installation.run("topics", "create")
            let stream = Stream(events: 400, seed: 41, entities: 40)
            let serve = try installation.serve()
            try post(stream.bodies, installation)
            let group = "example-\(example.rawValue)"
            let consumer = try example.start(installation, group: group)

            let first = try lines(of: consumer, count: 400)
            try checkFirst(first, stream, installation)

            // All of it once more, and records that are not Hookline's: none is an event.
            try installation.run("journal", "requeue", "--all")
            try produceForeign(installation)
            let second = try lines(of: consumer, count: 802).dropFirst(400)
            let outcomes = Dictionary(grouping: second, by: \.outcome).mapValues(\.count)
            #expect(outcomes == ["duplicate": 400, "foreign": 2])

            consumer.send(SIGTERM)
            let end = try consumer.waitForEnd(upTo: .seconds(30))
            // A Java process that SIGTERM ends says so, however orderly its end is.
            #expect(end == (example == .java ? .exited(143) : .exited(0)), "\(consumer.errors)")
            #expect(consumer.output.hasSuffix("\nended\n"))

            // What it had processed is committed: only what came since is read.
            let body = try Fixture.body(
                "license.created", eventID: uuid(7), key: "license-7",
                occurredAt: "2026-03-01T10:00:00Z")
            try post([body], installation)
            let again = try example.start(installation, group: group)
            let last = try lines(of: again, count: 1)
            #expect(last.map(\.id) == [uuid(7)])
            #expect(last.map(\.outcome) == ["applied"])
            _ = serve
        }

        private func post(_ bodies: [[UInt8]], _ installation: Installation) throws {
            let report = try Sending(
                bodies, port: installation.ingressPort, key: Installation.key
            ).waitForAll(upTo: .seconds(60))
            #expect(report.statuses == [200: bodies.count])
        }

        /// So many lines; more than those fail at the next look.
        private func lines(of consumer: RunningProcess, count: Int) throws -> [ExampleLine] {
            var lines: [ExampleLine] = []
            try eventually("\(count) lines of the example", upTo: .seconds(60)) {
                if let end = consumer.endIfAny {
                    throw TimedOut(description: "it ended (\(end)): \(consumer.errors)")
                }
                let whole = consumer.output.split(
                    separator: "\n", omittingEmptySubsequences: false
                ).dropLast()
                lines = whole.compactMap { ExampleLine($0) }
                return lines.count >= count
            }
            #expect(lines.count == count)
            return lines
        }

        /// Each record of the topics once, as it lies there, in the order of its partition; and of
        /// each entity the newest event is the one that counts in the end.
        private func checkFirst(
            _ lines: [ExampleLine], _ stream: Stream, _ installation: Installation
        ) throws {
            let records = try TopicReader(kafka: installation.kafka)
                .records(with: Installation.prefix)
            let outcomes = Dictionary(
                lines.map { ($0.place, $0.outcome) }, uniquingKeysWith: { $1 })
            let expected = records.map { record in
                let line = ExampleLine(record, outcome: "")
                return ExampleLine(record, outcome: outcomes[line.place] ?? "none")
            }
            #expect(Set(lines) == Set(expected))
            #expect(Set(lines.map(\.outcome)).isSubset(of: ["applied", "older"]))
            for (partition, lines) in Dictionary(grouping: lines, by: \.partition) {
                let offsets = lines.map(\.offset)
                #expect(offsets == offsets.sorted(), "\(partition)")
            }
            let applied = lines.filter { $0.outcome == "applied" }
            let last = Dictionary(applied.map { ($0.subject, $0.id) }, uniquingKeysWith: { $1 })
            for (key, requests) in Dictionary(grouping: stream.requests, by: \.key) {
                let newest = requests.max {
                    ($0.occurredAt, $0.eventID) < ($1.occurredAt, $1.eventID)
                }
                let kind = newest?.type.hasPrefix("license.") == true ? "license" : "order"
                #expect(last["\(kind)/\(key)"] == newest?.eventID.description, "\(key)")
            }
        }

        /// What another program might put there: no headers and no event, and no value.
        private func produceForeign(_ installation: Installation) throws {
            let producer = try KafkaProducer(installation.kafka, pinned: [], log: .silent)
            defer { producer.close(upTo: .seconds(5)) }
            let topic = try producer.topic("\(Installation.prefix)order.updated")
            let (key, value) = (Array("order-1".utf8), Array("{}".utf8))
            _ = producer.produce(
                to: topic, key: key.span, value: value.span, headers: RecordHeaders(), identity: 1)
            _ = producer.produce(
                to: topic, key: key.span, value: nil, headers: RecordHeaders(), identity: 2)
            var events = ProducerEvents()
            try eventually("two reports") {
                _ = producer.poll(upTo: .milliseconds(50), into: &events)
                return events.reports.count >= 2
            }
            #expect(events.reports.allSatisfy { $0.failure == nil })
        }
    }
}
