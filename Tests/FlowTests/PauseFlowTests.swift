import Glibc
import Kafka
import Support
import Telemetry
import Testing

extension Flows {
    /// A `serve` that stands still for longer than Kafka lets a transaction be open.
    @Suite(.whereKafkaIs, .serialized) struct PauseFlowTests {
        @Test(.timeLimit(.minutes(6)))
        func `a pause of over a minute in a transaction is got over, and nothing is doubled`()
            throws
        {
            let node = try RealKafka(settings: [
                "transaction.abort.timed.out.transaction.cleanup.interval.ms": "500"
            ])
            let installation = try Installation(
                bootstrapServers: node.bootstrapServers,
                settings: [
                    "topics": "partitions: 1", "publisher": "delivery: \"exactly-once\"",
                ])
            try installation.run("topics", "create")
            let stream = Stream(events: 2_000, seed: 61)
            let serve = try installation.serve()
            let sending = Sending(
                stream.bodies, port: installation.ingressPort, key: Installation.key,
                perSecond: 200)
            try sending.waitFor(100, upTo: .seconds(30))

            try stopInTransaction(serve, installation)
            try eventually("Kafka to end the transaction", upTo: .seconds(120)) {
                try !hasOpenTransaction(installation)
            }
            serve.send(SIGCONT)

            try serve.waitForLine(with: "no other process publishes", upTo: .seconds(60))
            try sending.waitForAll(upTo: .seconds(60))
            let accepted = try acceptedPositions(sending.report)
            try eventually("each event once", upTo: .seconds(60)) {
                try publishedPositions(installation) == accepted
            }
            #expect(serve.endIfAny == nil)
            node.crash()
        }

        /// Freezes `serve` until that has hit an open transaction.
        private func stopInTransaction(
            _ serve: RunningProcess, _ installation: Installation
        ) throws {
            try eventually("a transaction that is open while serve stands still") {
                serve.send(SIGSTOP)
                // One that Kafka is about to end is not open at the second look.
                if try (0..<2).allSatisfy({ _ in try hasOpenTransaction(installation) }) {
                    return true
                }
                serve.send(SIGCONT)
                return false
            }
        }

        /// Whether readers of committed records have to wait for one somewhere.
        private func hasOpenTransaction(_ installation: Installation) throws -> Bool {
            try ends(installation, committed: true) != ends(installation, committed: false)
        }

        private func ends(
            _ installation: Installation, committed: Bool
        ) throws -> [Int64] {
            let consumer = try KafkaConsumer(
                installation.kafka, readsUncommitted: !committed, log: .silent)
            defer { consumer.close(upTo: .seconds(5)) }
            return try ["order.submitted", "order.updated", "license.created"].map {
                let partition = TopicPartition(Installation.prefix + $0, 0)
                return try consumer.watermarks(of: partition, upTo: .seconds(10)).high
            }
        }

        /// The journal's positions that answers named.
        private func acceptedPositions(_ report: Sending.Report) throws -> [Int] {
            let answers = report.acknowledged.values.map { JSONSlice(Array($0.utf8)) }
            return try Set(answers.map { try #require(Int($0["position"]?.text ?? "")) }).sorted()
        }

        /// The journal's positions of all committed records.
        private func publishedPositions(_ installation: Installation) throws -> [Int] {
            try TopicReader(kafka: installation.kafka).records(with: Installation.prefix)
                .compactMap { Int($0.headers["hookline-sequence"] ?? "") }.sorted()
        }
    }
}
