import Events
import Glibc
import Kafka
import Support
import Telemetry
import Testing

extension Flows {
    /// What was held goes once its type is known, over a real Kafka.
    @Suite(.whereKafkaIs, .realKafka, .serialized) struct RedriveFlowTests {
        private static let count = 50
        private let topic = Installation.prefix + "order.cancelled"

        /// An installation whose `serve` does not know `order.cancelled` yet.
        private func installation(
            topic settings: [String: String]? = nil, delivery: String = "idempotent"
        ) throws -> (Installation, serve: [String: String]) {
            let servers = try RealKafkaNode.current.bootstrapServers
            let installation = try Installation(
                bootstrapServers: servers,
                settings: ["topics": "partitions: 3", "publisher": "delivery: \"\(delivery)\""])
            let entry = try #require(
                Catalogue.shippedText.firstRange(of: "\"order.cancelled\": {"))
            let rest = Catalogue.shippedText[entry.lowerBound...]
            let end = try #require(rest.firstRange(of: "},"))
            let small =
                Catalogue.shippedText[..<entry.lowerBound]
                + Catalogue.shippedText[end.upperBound...]
            let file = installation.folder.file("small.json5")
            try FileSystem.write(String(small), to: file)
            try TopicReader(kafka: installation.kafka).removeTopics(with: Installation.prefix)
            if let settings {
                try makeTopic(installation, settings)
                // The others are made, and the end is 1, since this one is not as it should be.
                _ = try? installation.run("topics", "create")
            } else {
                try installation.run("topics", "create")
            }
            return (installation, ["HOOKLINE_CATALOGUE_FILE": file])
        }

        private func makeTopic(
            _ installation: Installation, _ settings: [String: String]
        ) throws {
            let admin = try KafkaAdmin(installation.kafka, log: .silent)
            defer { admin.close(upTo: .seconds(5)) }
            try admin.createTopic(
                topic, partitions: 3, replicas: 1, settings: settings, upTo: .seconds(20))
            try eventually("the topic") {
                try admin.cluster(upTo: .seconds(10)).topics[topic] != nil
            }
        }

        private func body(_ number: Int) throws -> [UInt8] {
            let text = String(
                decoding: try Fixture.body(
                    "order.updated", eventID: uuid(number), key: "order-\(number % 9)",
                    occurredAt: "2026-03-01T10:00:\(number < 10 ? "0" : "")\(number)Z"),
                as: UTF8.self)
            return Array(text.replacing("order.updated", with: "order.cancelled").utf8)
        }

        private func fill(
            _ installation: Installation, _ serve: [String: String], _ bodies: [[UInt8]]
        ) throws {
            let process = try installation.serve(environment: serve)
            let report = try Sending(
                bodies, port: installation.ingressPort, key: Installation.key
            ).waitForAll(upTo: .seconds(60))
            #expect(report.acknowledged.values.allSatisfy { $0.contains("\"quarantined\"") })
            try eventually("the quarantine", upTo: .seconds(60)) {
                try installation.run("quarantine", "ls", "-o", "json")
                    .split(separator: "\n").count == bodies.count
            }
            process.send(SIGTERM)
            try process.waitForEnd(upTo: .seconds(20))
        }

        private func start(_ installation: Installation) throws -> RunningProcess {
            let process = try installation.start(
                ["quarantine", "redrive", "--type", "order.cancelled", "--batch", "1"],
                as: "redrive")
            try process.waitForLine(with: "published", upTo: .seconds(60))
            return process
        }

        @Test(.timeLimit(.minutes(10)))
        func `killed, overtaken and run again, redrive publishes each event once`() throws {
            let (installation, serve) = try installation()
            try fill(installation, serve, (0..<Self.count).map { try body($0) })
            let plan = try installation.run(
                "quarantine", "redrive", "--reason", "type", "--dry-run", "-o", "json")
            let goals = plan.split(separator: "\n")
            #expect(goals.count == Self.count)
            #expect(goals.allSatisfy { $0.contains("\"goes\",\"topic\":\"\(topic)\"") })
            let reader = TopicReader(kafka: installation.kafka)
            #expect(try reader.records(with: topic).isEmpty)

            try start(installation).crash()
            let first = try reader.records(with: topic).count
            #expect((1..<Self.count).contains(first))
            try start(installation).crash()
            let overtaken = try start(installation)
            overtaken.send(SIGSTOP)
            try installation.run("quarantine", "redrive", "--all")
            overtaken.send(SIGCONT)
            #expect(try overtaken.waitForEnd(upTo: .seconds(90)) == .exited(75))
            #expect(overtaken.errors.contains("another quarantine redrive or drop has begun"))
            let third = try installation.run("quarantine", "redrive", "--all")
            #expect(third == "The quarantine holds nothing like that.\n")

            try check(reader.records(with: topic))
            #expect(try installation.run("quarantine", "ls", "-o", "json").isEmpty)
            let all = try installation.run("quarantine", "ls", "--all", "-o", "json")
            #expect(all.split(separator: "\n").count == Self.count)
            #expect(
                all.split(separator: "\n").allSatisfy {
                    $0.contains("\"redrivenTo\":\"\(topic)\"")
                })
            try expectState(installation)
        }

        @Test(.timeLimit(.minutes(10)))
        func `what Kafka refuses stays, and the rest of its batch goes`() throws {
            let (installation, serve) = try installation(topic: ["max.message.bytes": "8000"])
            let padding = String(repeating: "x", count: 9_000)
            let bodies = try (0..<12).map { number in
                let text = String(decoding: try body(number), as: UTF8.self)
                guard number == 5 else { return Array(text.utf8) }
                return Array(
                    text.replacing("\"orderId\"", with: "\"note\": \"\(padding)\", \"orderId\"")
                        .utf8)
            }
            try fill(installation, serve, bodies)

            let run = try installation.start(
                ["quarantine", "redrive", "--all", "-o", "json"], as: "redrive")
            #expect(try run.waitForEnd(upTo: .seconds(90)) == .exited(1))
            let lines = run.output.split(separator: "\n")
            #expect(lines.count == 12)
            let staying = lines.filter { $0.contains("\"stays\"") }
            #expect(staying.count == 1)
            #expect(staying.first?.contains("too large") == true)
            let records = try TopicReader(kafka: installation.kafka).records(with: topic)
            #expect(records.count == 11)
            #expect(Set(records.map(\.value)) == Set(bodies.filter { $0.count < 9_000 }))
            let left = try installation.run("quarantine", "ls", "-o", "json")
            #expect(left.split(separator: "\n").count == 1)
            for answer in ["1 record was set aside\n", "The quarantine holds nothing like that.\n"]
            {
                let said = try installation.run(
                    "quarantine", "drop", "--all", "--why", "too large for anybody")
                #expect(said == answer)
            }
            #expect(try installation.run("quarantine", "ls", "-o", "json").isEmpty)
            let all = try installation.run("quarantine", "ls", "--all", "-o", "json")
            #expect(all.contains(#""dropReason":"too large for anybody""#))
        }

        @Test(.timeLimit(.minutes(10)))
        func `beside a serve that publishes in transactions each event is there once`() throws {
            let (installation, unaware) = try installation(delivery: "exactly-once")
            let held = try (0..<Self.count).map { try body($0) }
            try fill(installation, unaware, held)
            let stream = Stream(events: 4_000, seed: 33)
            let first = try installation.serve()
            let sending = Sending(
                stream.bodies, port: installation.ingressPort, key: Installation.key)
            try sending.waitFor(500, upTo: .seconds(60))

            try start(installation).crash()
            first.crash()
            let redrive = try start(installation)
            let second = try installation.serve()
            #expect(try redrive.waitForEnd(upTo: .seconds(90)) == .exited(0))
            try sending.waitForAll(upTo: .seconds(120))

            let reader = TopicReader(kafka: installation.kafka)
            let sent = Set(stream.bodies).union(held)
            func published() throws -> [ReadRecord] {
                try reader.records(with: Installation.prefix)
                    .filter { $0.topic != Installation.prefix + "quarantine" }
            }
            try eventually("all of them in Kafka", upTo: .seconds(60)) {
                try published().count >= sent.count
            }
            let records = try published()
            #expect(records.count == sent.count)
            #expect(Set(records.map(\.value)) == sent)
            try check(records.filter { held.contains($0.value) })
            second.send(SIGTERM)
            #expect(try second.waitForEnd(upTo: .seconds(10)) == .exited(0))
        }

        private func check(_ records: [ReadRecord]) throws {
            #expect(records.count == Self.count)
            #expect(Set(records.map(\.eventID)).count == Self.count)
            let bodies = try Set((0..<Self.count).map { try body($0) })
            #expect(Set(records.map(\.value)) == bodies)
            var sequences: Set<String> = []
            for record in records {
                let key = try #require(record.key)
                #expect(record.partition == JavaPartitioner.partition(of: key, among: 3))
                #expect(record.headers["ce_type"] == "order.cancelled")
                #expect(record.headers["ce_id"] == record.eventID)
                #expect(record.headers["ce_subject"] == "order/\(key)")
                let received = record.headers["hookline-received-at"] ?? ""
                #expect(Timestamp(rfc3339: received) != nil)
                sequences.insert(record.headers["hookline-sequence"] ?? "")
            }
            #expect(sequences == Set((1...Self.count).map(String.init)))
        }

        private func expectState(_ installation: Installation) throws {
            var model = StateModel()
            for number in 0..<Self.count { try model.apply(body(number)) }
            let consume = try installation.consume()
            try installation.waitForState(model.export, upTo: .seconds(60))
            consume.send(SIGTERM)
            try consume.waitForEnd(upTo: .seconds(20))
        }
    }
}
