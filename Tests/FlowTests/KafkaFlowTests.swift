import Events
import Glibc
import Kafka
import Simulator
import Support
import Testing

extension Flows {
    /// `serve` and `consume` as processes, over a real Kafka.
    @Suite(.whereKafkaIs, .realKafka, .serialized) struct KafkaFlowTests {
        /// Each test has the topics for itself: the next one makes them anew.
        private func installation() throws -> Installation {
            let servers = try RealKafkaNode.current.bootstrapServers
            let installation = try Installation(
                bootstrapServers: servers, settings: ["topics": "partitions: 3"])
            try TopicReader(kafka: installation.kafka).removeTopics(with: Installation.prefix)
            try installation.run("topics", "create")
            return installation
        }

        @Test(.timeLimit(.minutes(10)))
        func `the four webhooks end to end, and any client reads them`() throws {
            let installation = try installation()
            let serve = try installation.serve()
            let consume = try installation.consume()
            var bodies: [String: [UInt8]] = [:]
            var model = StateModel()
            for (number, type) in Fixture.types.enumerated() {
                let key = type.hasPrefix("license.") ? "license-7" : "order-123"
                bodies[type] = try Fixture.body(
                    type, eventID: uuid(number), key: key,
                    occurredAt: "2026-03-01T10:00:0\(number)Z")
                try model.apply(bodies[type] ?? [])
            }

            let report = try Sending(
                Fixture.types.compactMap { bodies[$0] }, port: installation.ingressPort,
                key: Installation.key, connections: 1
            ).waitForAll(upTo: .seconds(30))
            try installation.waitForState(model.export, upTo: .seconds(60))

            #expect(report.acknowledged[0]?.contains("\"status\":\"accepted\"") == true)
            let records = try TopicReader(kafka: installation.kafka)
                .records(with: Installation.prefix)
            #expect(records.count == 4)
            for record in records { try check(record, bodies) }
            let submitted = "telness.order.submitted"
            let text = String(decoding: bodies["order.submitted"] ?? [], as: UTF8.self)
            #expect(try console(installation, submitted) == "order-123|\(text)\n")
            if let kcat = try kcat(installation, submitted) {
                #expect(kcat == "order-123|\(text)\n")
            }
            _ = (serve, consume)
        }

        private func check(_ record: ReadRecord, _ bodies: [String: [UInt8]]) throws {
            let type = String(record.topic.dropFirst(Installation.prefix.count))
            let isLicense = type.hasPrefix("license.")
            let key = isLicense ? "license-7" : "order-123"
            #expect(record.key == key)
            #expect(record.value == bodies[type])
            #expect(record.partition == JavaPartitioner.partition(of: key, among: 3))
            let number = Fixture.types.firstIndex(of: type) ?? 0
            let expected = [
                "ce_specversion": "1.0", "ce_id": uuid(number), "ce_type": type,
                "ce_source": "telness/connect", "ce_time": "2026-03-01T10:00:0\(number)Z",
                "ce_subject": isLicense ? "license/license-7" : "order/order-123",
                "content-type": "application/json",
            ]
            for (name, value) in expected {
                #expect(record.headers[name] == value, "\(name) of \(record.topic)")
            }
            #expect(record.headers["hookline-sequence"].flatMap { UInt64($0) } != nil)
            let received = record.headers["hookline-received-at"] ?? ""
            #expect(Timestamp(rfc3339: received) != nil, "\(received)")
        }

        /// What Kafka's own console consumer prints of a topic: key, bar, value.
        private func console(_ installation: Installation, _ topic: String) throws -> String {
            let result = try RunningProcess.run(
                "java",
                [
                    "-cp", "\(Environment["KAFKA_HOME"] ?? "")/libs/*",
                    "org.apache.kafka.tools.consumer.ConsoleConsumer",
                    "--bootstrap-server", installation.bootstrapServers, "--topic", topic,
                    "--from-beginning", "--max-messages", "1", "--timeout-ms", "20000",
                    "--formatter-property", "print.key=true",
                    "--formatter-property", "key.separator=|",
                ])
            #expect(result.end == .exited(0), "\(result.errors)")
            return result.output
        }

        /// What kcat prints of it, where there is a kcat.
        private func kcat(_ installation: Installation, _ topic: String) throws -> String? {
            guard
                let result = try? RunningProcess.run(
                    "kcat",
                    [
                        "-C", "-b", installation.bootstrapServers, "-t", topic, "-e", "-q",
                        "-f", "%k|%s\n",
                    ])
            else { return nil }
            #expect(result.end == .exited(0), "\(result.errors)")
            return result.output
        }

        @Test(.timeLimit(.minutes(5)))
        func `20,000 events with retries and reordering give the state of the model`() throws {
            let installation = try installation()
            let stream = Stream(events: 20_000, seed: 21, entities: 400)
            let serve = try installation.serve()
            let consume = try installation.consume()

            let report = try Sending(
                stream.bodies, port: installation.ingressPort, key: Installation.key
            ).waitForAll(upTo: .seconds(120))

            #expect(report.statuses == [200: stream.bodies.count])
            try waitForAllInKafka(stream, installation, upTo: .seconds(60))
            try installation.waitForState(try stream.state(), upTo: .seconds(120))
            _ = (serve, consume)
        }

        @Test(.timeLimit(.minutes(5)))
        func `Kafka stands still, goes away and comes back, and webhooks are taken all the while`()
            throws
        {
            let kafka = try RealKafkaNode.current
            let installation = try installation()
            let stream = Stream(events: 3_000, seed: 22)
            let serve = try installation.serve()
            let consume = try installation.consume()
            let thirds = (1...3).map { stream.bodies.count * $0 / 3 }
            func send(_ range: Range<Int>) throws {
                let report = try Sending(
                    Array(stream.bodies[range]), port: installation.ingressPort,
                    key: Installation.key
                ).waitForAll(upTo: .seconds(60))
                #expect(report.statuses == [200: range.count])
            }

            kafka.freeze()
            try send(0..<thirds[0])
            kafka.thaw()
            try kafka.stop()
            try send(thirds[0]..<thirds[1])
            #expect(serve.endIfAny == nil)
            #expect(consume.endIfAny == nil)
            try kafka.restart()
            try send(thirds[1]..<thirds[2])

            try waitForAllInKafka(stream, installation, upTo: .seconds(90))
            try installation.waitForState(try stream.state(), upTo: .seconds(90))
        }

        @Test(.timeLimit(.minutes(6)))
        func `kill -9 of both roles loses nothing and changes nothing`() throws {
            let installation = try installation()
            let stream = Stream(events: 10_000, seed: 23)
            var serve = try installation.serve()
            var consume = try installation.consume()
            let sending = Sending(
                stream.bodies, port: installation.ingressPort, key: Installation.key,
                perSecond: 700)
            var random = SystemRandomNumberGenerator()

            for kill in 1...6 {
                let least = stream.bodies.count * kill / 8
                try sending.waitFor(
                    least + Int.random(in: 0..<200, using: &random), upTo: .seconds(60))
                if kill.isMultiple(of: 2) {
                    consume.crash()
                    consume = try installation.consume()
                } else {
                    serve.crash()
                    serve = try installation.serve()
                }
            }
            try sending.waitForAll(upTo: .seconds(60))

            try waitForAllInKafka(stream, installation, upTo: .seconds(60))
            let expected = try stream.state()
            try installation.waitForState(expected, upTo: .seconds(60))
            // The same topics once more, without a disturbance, into a state of its own.
            consume.crash()
            let undisturbed = try installation.consume(state: "undisturbed")
            try installation.waitForState(expected, in: "undisturbed", upTo: .seconds(60))
            _ = undisturbed
        }

        /// Each event of the stream in its topic, byte for byte, under its key; and nothing else.
        private func waitForAllInKafka(
            _ stream: Stream, _ installation: Installation, upTo limit: Duration
        ) throws {
            var expected: [String: Set<[UInt8]>] = [:]
            for request in stream.requests {
                expected["\(Installation.prefix)\(request.type)|\(request.key)", default: []]
                    .insert(request.body)
            }
            let reader = TopicReader(kafka: installation.kafka)
            try eventually("each event in its topic", upTo: limit) {
                let records = try reader.records(with: Installation.prefix)
                let found = Dictionary(grouping: records) { "\($0.topic)|\($0.key ?? "")" }
                return found.mapValues { Set($0.map(\.value)) } == expected
            }
        }
    }
}
