import Events
import Glibc
import Kafka
import Support
import Testing

extension Flows {
    /// `serve` and `consume` as processes, over the Kafka in memory.
    @Suite struct RoleFlowTests {
        private func installation(_ kafka: EmbeddedKafka) throws -> Installation {
            try Installation(bootstrapServers: kafka.cluster.bootstrapServers)
        }

        @Test(.timeLimit(.minutes(10)))
        func `what is posted is published and applied`() throws {
            let kafka = try EmbeddedKafka()
            let installation = try installation(kafka)
            let stream = Stream(events: 500, seed: 11)
            let serve = try installation.serve()
            let consume = try installation.consume()

            let report = try Sending(
                stream.bodies, port: installation.ingressPort, key: Installation.key
            ).waitForAll(upTo: .seconds(60))

            #expect(report.statuses == [200: stream.bodies.count])
            try installation.waitForState(try stream.state(), upTo: .seconds(60))
            let records = try TopicReader(kafka: installation.kafka)
                .records(with: Installation.prefix)
            #expect(Set(records.map(\.value)) == Set(stream.bodies))
            for process in [serve, consume] {
                process.send(SIGTERM)
                #expect(try process.waitForEnd(upTo: .seconds(10)) == .exited(0))
            }
        }

        @Test(.timeLimit(.minutes(10)))
        func `without Kafka webhooks are taken, and published in order once it is there`() throws {
            let kafka = try EmbeddedKafka()
            try kafka.cluster.stopBroker()
            let installation = try installation(kafka)
            let serve = try installation.serve()
            let bodies = try (0..<200).map { number in
                try Fixture.body("order.updated", eventID: uuid(number), key: "order-1")
            }

            // One connection: the order of the answers is that of the journal.
            try Sending(
                bodies, port: installation.ingressPort, key: Installation.key, connections: 1
            ).waitForAll(upTo: .seconds(60))
            #expect(try installation.ask("serve", "/livez").status == 200)
            try kafka.cluster.startBroker()

            let reader = TopicReader(kafka: installation.kafka)
            try eventually("all of them in Kafka", upTo: .seconds(60)) {
                try reader.records(with: "telness.order.updated").map(\.value) == bodies
            }
            _ = serve
        }

        @Test(.timeLimit(.minutes(10)))
        func `at SIGTERM under load, what is journalled has got its 200`() throws {
            let kafka = try EmbeddedKafka()
            let installation = try installation(kafka)
            let stream = Stream(events: 20_000, seed: 12)
            let serve = try installation.serve()
            let sending = Sending(
                stream.bodies, port: installation.ingressPort, key: Installation.key,
                connections: 16)
            try sending.waitFor(1_000, upTo: .seconds(60))

            serve.send(SIGTERM)
            #expect(try serve.waitForEnd(upTo: .seconds(10)) == .exited(0))
            sending.stop()
            let again = try installation.serve()

            let acknowledged = Set(sending.report.acknowledged.keys.map { stream.bodies[$0] })
            #expect(acknowledged.count < stream.eventIDs.count, "the load had not ended")
            let reader = TopicReader(kafka: installation.kafka)
            try eventually("all of them in Kafka", upTo: .seconds(60)) {
                Set(try reader.records(with: Installation.prefix).map(\.value)) == acknowledged
            }
            _ = again
        }

        @Test(.timeLimit(.minutes(10)))
        func `a second serve is told who has the journal`() throws {
            let kafka = try EmbeddedKafka()
            let installation = try installation(kafka)
            let first = try installation.serve()

            let second = try installation.start(["serve"], as: "second", environment: anyPort)

            #expect(try second.waitForEnd(upTo: .seconds(10)) == .exited(75))
            #expect(second.errors.contains("process \(first.pid)"), "\(second.errors)")
            // The first one has not noticed.
            let body = try Fixture.body("order.updated", eventID: uuid(1), key: "order-1")
            try Sending([body], port: installation.ingressPort, key: Installation.key)
                .waitForAll(upTo: .seconds(10))
        }

        @Test(.timeLimit(.minutes(10)))
        func `a second consume is told who has the state`() throws {
            let kafka = try EmbeddedKafka()
            let installation = try installation(kafka)
            let first = try installation.consume()

            let second = try installation.start(["consume"], as: "second", environment: anyPort)

            #expect(try second.waitForEnd(upTo: .seconds(10)) == .exited(75))
            #expect(second.errors.contains("process \(first.pid)"), "\(second.errors)")
            #expect(try installation.ask("consume", "/livez").status == 200)
            first.crash()
            // With its process the lock is gone.
            _ = try installation.consume()
        }

        @Test(.timeLimit(.minutes(10)))
        func `of two that start at once, one has the journal and the other is told`() throws {
            for _ in 0..<5 {
                let kafka = try EmbeddedKafka()
                let installation = try installation(kafka)
                let both = try (0..<2).map { _ in
                    let port = ["HOOKLINE_INGRESS_PORT": "0"].merging(anyPort) { $1 }
                    return try installation.start(["serve"], as: "one of two", environment: port)
                }

                let loser = try eventually("one of them to end") {
                    both.first { $0.endIfAny != nil }
                }

                let winner = try #require(both.first { $0 !== loser })
                #expect(loser.endIfAny == .exited(75))
                #expect(loser.errors.contains("in use by"), "\(loser.errors)")
                try winner.waitForLine(with: "\"ready\"", upTo: .seconds(10))
                #expect(winner.endIfAny == nil)
            }
        }

        private let anyPort = ["HOOKLINE_MANAGEMENT_PORT": "0", "HOOKLINE_QUERY_PORT": "0"]

        @Test(.timeLimit(.minutes(10)))
        func `every problem of the configuration is told at once`() throws {
            let installation = try Installation(
                bootstrapServers: "127.0.0.1:1",
                settings: [
                    "ingress": "bodyBytes: 1, pathh: \"/x\"", "publisher": "delivery: \"twice\"",
                    "consumer": "batchRecords: \"many\"",
                ])
            for command in [["serve"], ["consume"], ["config", "check"]] {
                let process = try installation.start(command, as: "bad")

                #expect(try process.waitForEnd(upTo: .seconds(10)) == .exited(78))

                for words in [
                    ["ingress.bodyBytes", "1"], ["ingress.pathh", "path"],
                    ["publisher.delivery", "twice", "idempotent"],
                    ["consumer.batchRecords", "many"],
                ] {
                    let lines = process.errors.split(separator: "\n")
                    #expect(
                        lines.contains { line in words.allSatisfy(line.contains) },
                        "\(command) says nothing of \(words): \(process.errors)")
                }
            }
        }
    }
}

/// An eventId for a number.
func uuid(_ number: Int) -> String {
    "\(EventID(high: 0x0123_4567_89ab_4def, low: 0x8000_0000_0000_0000 | UInt64(number)))"
}
