import Glibc
import Kafka
import Support
import Telemetry
import Testing

extension Flows {
    /// Topics that are cut, made again or grow behind the back of `consume`, over a real Kafka.
    @Suite(.whereKafkaIs, .realKafka, .serialized) struct GapFlowTests {
        let topic = Installation.prefix + "order.updated"
        private let other = "order.cancelled"

        func installation(
            _ partitions: Int = 1, settings: [String: String] = [:]
        ) throws -> Installation {
            let servers = try RealKafkaNode.current.bootstrapServers
            let installation = try Installation(
                bootstrapServers: servers,
                settings: settings.merging(["topics": "partitions: \(partitions)"]) { $1 })
            try TopicReader(kafka: installation.kafka).removeTopics(with: Installation.prefix)
            if settings.isEmpty { try installation.run("topics", "create") }
            return installation
        }

        func body(_ number: Int, _ type: String = "order.updated") throws -> [UInt8] {
            let text = String(
                decoding: try Fixture.body(
                    "order.updated", eventID: uuid(number), key: "order-\(number)",
                    occurredAt: "2026-03-01T10:\(10 + number / 60):\(10 + number % 50)Z"),
                as: UTF8.self)
            return Array(text.replacing("\"order.updated\"", with: "\"\(type)\"").utf8)
        }

        func records(
            _ numbers: Range<Int>, _ type: String = "order.updated"
        ) throws -> [ForeignRecord] {
            try numbers.map {
                ForeignRecord(type, key: "order-\($0)", value: try body($0, type))
            }
        }

        func state(of numbers: [Range<Int>], and cancelled: Range<Int>) throws -> String {
            var model = StateModel()
            for number in numbers.joined() { try model.apply(body(number)) }
            for number in cancelled { try model.apply(body(number, other)) }
            return model.export
        }

        func consume(
            _ installation: Installation, _ onGap: String
        ) throws -> RunningProcess {
            let process = try installation.start(
                ["consume", "--set", "consumer.onGap=\(onGap)"], as: "consume")
            try eventually("consume to be up", upTo: .seconds(20)) {
                (try? installation.ask("consume", "/livez").status) == 200
            }
            return process
        }

        func stop(_ process: RunningProcess) throws {
            process.send(SIGTERM)
            #expect(try process.waitForEnd(upTo: .seconds(20)) == .exited(0))
        }

        func waitUntilReady(_ installation: Installation) throws {
            try eventually("consume to be ready", upTo: .seconds(30)) {
                try installation.ask("consume", "/readyz").status == 200
            }
        }

        func waitForReason(_ text: String, _ installation: Installation) throws {
            try eventually("\(text) as a reason", upTo: .seconds(30)) {
                let answer = try installation.ask("consume", "/readyz")
                return answer.status == 503 && answer.body.contains(text)
            }
        }

        /// The lines of `state gaps` about what the state missed, or those about what lay before it.
        func gaps(_ installation: Installation, before: Bool = false) throws -> [String] {
            let process = try installation.start(["state", "gaps", "-o", "json"], as: "gaps")
            let end = try process.waitForEnd(upTo: .seconds(20))
            let lines = process.output.split(separator: "\n").map(String.init)
            let missed = lines.filter { !$0.contains(#""reason":"before""#) }
            #expect(end == .exited(missed.isEmpty ? 0 : 1))
            return before ? lines.filter { !missed.contains($0) } : missed
        }

        func asAdmin<R>(
            _ installation: Installation, _ body: (KafkaAdmin) throws -> R
        ) throws -> R {
            let admin = try KafkaAdmin(installation.kafka, log: .silent)
            defer { admin.close(upTo: .seconds(5)) }
            return try body(admin)
        }

        func cut(_ installation: Installation, before offset: Int64) throws {
            try asAdmin(installation) { admin in
                try admin.deleteRecords(
                    of: TopicPartition(topic, 0), before: offset, upTo: .seconds(20))
            }
        }

        func remove(_ installation: Installation) throws {
            try asAdmin(installation) { try $0.deleteTopic(topic, upTo: .seconds(20)) }
            try eventually("the topic to be gone", upTo: .seconds(30)) {
                try TopicReader(kafka: installation.kafka).topics(with: topic).isEmpty
            }
        }

        func make(_ installation: Installation, partitions: Int) throws {
            try asAdmin(installation) { admin in
                try admin.createTopic(
                    topic, partitions: partitions, replicas: 1, upTo: .seconds(20))
            }
            try eventually("the topic", upTo: .seconds(30)) {
                try TopicReader(kafka: installation.kafka).topics(with: topic)[topic]?
                    .partitions == partitions
            }
        }

        @Test(.timeLimit(.minutes(5)), arguments: [false, true])
        func `what was cut before it was applied stops its partition, or is passed over and said`(
            transactional: Bool
        ) throws {
            let installation = try installation()
            let writer = try TopicWriter(installation.kafka, transactional: transactional)
            try writer.write(records(0..<10))
            if transactional { try writer.write(records(50..<55), aborting: true) }
            var process = try consume(installation, "stop")
            let first = try state(of: [0..<10], and: 0..<0)
            try installation.waitForState(first, upTo: .seconds(30))
            try waitUntilReady(installation)
            try stop(process)

            // What retention takes after it was applied is no gap; nor are the marks and what was
            // aborted behind it.
            let end = try knownEnd(installation)
            try cut(installation, before: end)
            process = try consume(installation, "stop")
            try waitUntilReady(installation)
            try stop(process)
            #expect(try gaps(installation).isEmpty)

            try writer.write(records(10..<20))
            try writer.write(records(20..<23, other))
            try cut(installation, before: end + 4)
            process = try consume(installation, "stop")
            try installation.waitForState(
                state(of: [0..<10], and: 20..<23), upTo: .seconds(30))
            try waitForReason(
                "the records from \(end) to \(end + 3) were removed before", installation)
            #expect(try installation.metric("consume", "hookline_consumer_stopped_partitions") == 1)
            try stop(process)
            #expect(try gaps(installation).isEmpty)

            process = try consume(installation, "continue")
            try installation.waitForState(
                state(of: [0..<10, 14..<20], and: 20..<23), upTo: .seconds(30))
            try waitUntilReady(installation)
            let missing = "hookline_consumer_missing_records_total"
            #expect(try installation.metric("consume", missing) == 4)
            #expect(process.errors.contains("records are missing and are passed over"))
            try stop(process)
            // It is written down: the next start notices nothing, and whoever asks is told.
            process = try consume(installation, "stop")
            try waitUntilReady(installation)
            #expect(try installation.metric("consume", "hookline_consumer_gaps") == 1)
            try stop(process)
            let lines = try gaps(installation)
            #expect(lines.count == 1)
            #expect(
                lines.first?.contains("\"first\":\(end),\"last\":\(end + 3),\"reason\":\"removed\"")
                    == true)
        }

        /// Where the partition ends, of which the last offset may be a transaction's mark.
        func knownEnd(_ installation: Installation) throws -> Int64 {
            let consumer = try KafkaConsumer(installation.kafka, log: .silent)
            defer { consumer.close(upTo: .seconds(5)) }
            return try consumer.watermarks(of: TopicPartition(topic, 0), upTo: .seconds(10)).high
        }

        @Test(.timeLimit(.minutes(5)))
        func `records cut while consume is on its way are noticed at once`() throws {
            let installation = try installation()
            let writer = try TopicWriter(installation.kafka)
            try writer.write(records(0..<10))
            let process = try consume(installation, "continue")
            try installation.waitForState(
                state(of: [0..<10], and: 0..<0), upTo: .seconds(30))
            process.send(SIGSTOP)
            // The fetch that waits at the broker takes the first; all others are cut or stay.
            try writer.write(records(10..<11))
            try writer.write(records(11..<60))
            try cut(installation, before: 50)
            process.send(SIGCONT)
            try eventually("the rest", upTo: .seconds(30)) {
                try installation.metric("consume", "hookline_consumer_gaps") == 1
            }
            let lines = try gaps(installation)
            #expect(lines.first?.contains("\"last\":49,\"reason\":\"removed\"") == true)
            let start = lines.first?.contains("\"first\":11,") == true ? 11 : 10
            try installation.waitForState(
                state(of: [0..<start, 50..<60], and: 0..<0), upTo: .seconds(30))
            try stop(process)
        }

        @Test(.timeLimit(.minutes(5)), arguments: [1, 3])
        func `a topic made again while consume was away stops it, or is read from its beginning`(
            partitions: Int
        ) throws {
            let installation = try installation()
            let writer = try TopicWriter(installation.kafka)
            try writer.write(records(0..<10))
            var process = try consume(installation, "stop")
            let before = try state(of: [0..<10], and: 0..<0)
            try installation.waitForState(before, upTo: .seconds(30))
            try stop(process)
            try remove(installation)
            try make(installation, partitions: partitions)
            // As after `journal requeue`: many of them are known, and their order is another one.
            let again = try TopicWriter(installation.kafka)
            try again.write(records(5..<30) + records(0..<5))
            try again.write(records(30..<33, other))

            process = try consume(installation, "stop")
            try waitForReason("telness.order.updated[0] is not read on", installation)
            try waitForReason("made again", installation)
            try eventually("the others", upTo: .seconds(30)) {
                try installation.run("state", "export").contains("order-3")
                    && installation.metric("consume", "hookline_applied_events_total") > 2
            }
            try stop(process)
            process = try consume(installation, "continue")
            try installation.waitForState(
                state(of: [0..<30], and: 30..<33), upTo: .seconds(30))
            try waitUntilReady(installation)
            try stop(process)
            let lines = try gaps(installation)
            #expect(lines.count == 1)
            #expect(lines.first?.contains("\"first\":10,\"last\":null") == true)
        }

        @Test(.timeLimit(.minutes(5)))
        func `a topic made again under a running consume is noticed`() throws {
            let installation = try installation(3)
            let writer = try TopicWriter(installation.kafka)
            try writer.write(records(0..<30))
            let process = try consume(installation, "continue")
            try installation.waitForState(
                state(of: [0..<30], and: 0..<0), upTo: .seconds(30))
            try remove(installation)
            try waitForReason("topic telness.order.updated", installation)
            try make(installation, partitions: 2)
            let again = try TopicWriter(installation.kafka)
            try again.write(records(30..<60))
            try installation.waitForState(
                state(of: [0..<60], and: 0..<0), upTo: .seconds(60))
            try waitUntilReady(installation)
            try stop(process)
            let lines = try gaps(installation)
            #expect(lines.count == 3, "\(lines)")
            #expect(lines.filter { $0.contains("\"reason\":\"gone\"") }.count == 1)
        }

        @Test(.timeLimit(.minutes(5)))
        func `partitions that a topic has got are read, and what they lost is noticed`() throws {
            let installation = try installation()
            try TopicWriter(installation.kafka).write(records(0..<10))
            var process = try consume(installation, "stop")
            let before = try state(of: [0..<10], and: 0..<0)
            try installation.waitForState(before, upTo: .seconds(30))
            try stop(process)
            try grow(installation, to: 3)
            try TopicWriter(installation.kafka).write(records(10..<40))
            process = try consume(installation, "stop")
            try installation.waitForState(
                state(of: [0..<40], and: 0..<0), upTo: .seconds(30))
            try waitUntilReady(installation)
            try stop(process)

            try grow(installation, to: 4)
            try TopicWriter(installation.kafka).write(records(40..<80))
            let key = TopicPartition(topic, 3)
            try asAdmin(installation) {
                try $0.deleteRecords(of: key, before: 1, upTo: .seconds(20))
            }
            process = try consume(installation, "stop")
            try waitForReason("the records from 0 to 0 were removed", installation)
            try stop(process)
        }

        func grow(_ installation: Installation, to partitions: Int) throws {
            let result = try RunningProcess.run(
                "java",
                [
                    "-cp", "\(Environment["KAFKA_HOME"] ?? "")/libs/*",
                    "org.apache.kafka.tools.TopicCommand", "--bootstrap-server",
                    installation.bootstrapServers, "--alter", "--topic", topic, "--partitions",
                    "\(partitions)",
                ])
            #expect(result.end == .exited(0), "\(result.errors)\(result.output)")
        }
    }
}
