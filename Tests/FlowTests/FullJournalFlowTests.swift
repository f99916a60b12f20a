import Glibc
import Kafka
import Support
import Testing

extension Flows {
    /// A journal that may take no more of its disk, while Kafka is away.
    @Suite struct FullJournalFlowTests {
        /// Room for four segments beside the checkpoints.
        private static let settings = [
            "journal": "segmentBytes: 2097152, batchBytes: 2097152, maxBytes: \(11 << 20)",
            "dedup": "maxIds: 20000",
        ]

        @Test(.timeLimit(.minutes(10)))
        func `it refuses with 503 until Kafka has taken enough, and loses nothing`() throws {
            let kafka = try EmbeddedKafka(partitions: 12)
            try kafka.cluster.stopBroker()
            let installation = try Installation(
                bootstrapServers: kafka.cluster.bootstrapServers, settings: Self.settings)
            let bodies = try (0..<6_000).map { number in
                try Fixture.body(
                    "order.updated", eventID: uuid(number), key: "order-\(number % 300)")
            }
            let serve = try installation.serve()
            let sending = Sending(bodies, port: installation.ingressPort, key: Installation.key)

            try eventually("webhooks to be refused", upTo: .seconds(60)) {
                sending.report.statuses[503, default: 0] >= 50
            }
            try expectFull(installation, refused: bodies[bodies.count - 1])
            #expect(sending.report.acknowledged.count < bodies.count)

            try kafka.cluster.startBroker()
            let report = try sending.waitForAll(upTo: .seconds(120))
            #expect(Set(report.statuses.keys) == [200, 503])
            let reader = TopicReader(kafka: installation.kafka)
            try eventually("all of them in Kafka", upTo: .seconds(60)) {
                try reader.records(with: Installation.prefix).count >= bodies.count
            }
            // Refused over and over, each is there once.
            let values = try reader.records(with: Installation.prefix).map(\.value)
            #expect(values.count == bodies.count)
            #expect(Set(values) == Set(bodies))
            // The journal's helper looks again once a while, and not at the last answer.
            try eventually("the journal says that it takes room again") {
                try installation.metric("serve", "hookline_journal_out_of_space") == 0
            }
            serve.send(SIGTERM)
            #expect(try serve.waitForEnd(upTo: .seconds(10)) == .exited(0))
        }

        /// What the sender and an operator are told of it.
        private func expectFull(_ installation: Installation, refused body: [UInt8]) throws {
            let connection = try RawConnection(port: installation.ingressPort)
            connection.send(Sending.request(body, key: Installation.key))
            let answer = try connection.response(upTo: .seconds(20))
            #expect(answer.status == 503)
            #expect(answer["retry-after"] == "10")
            #expect(answer.body.contains("journal-space"), "\(answer.body)")
            #expect(try installation.metric("serve", "hookline_journal_out_of_space") == 1)
            #expect(
                try installation.metric("serve", "hookline_journal_disk_bytes") <= Double(11 << 20))
            let ready = try installation.ask("serve", "/readyz")
            #expect(ready.status == 200)
            #expect(ready.body.contains("journal.maxBytes"), "\(ready.body)")
            #expect(try installation.ask("serve", "/livez").status == 200)
        }
    }
}
