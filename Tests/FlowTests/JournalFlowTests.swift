import Glibc
import Kafka
import Simulator
import Support
import Testing

extension Flows {
    /// The commands on the journal's files, beside a `serve` that runs.
    @Suite struct JournalFlowTests {
        /// Small segments that are used again as soon as they are published.
        private static let settings = [
            "journal": """
            segmentBytes: 2097152, batchBytes: 2097152, keepPublishedHours: 0, \
            checkpointMilliseconds: 20
            """
        ]

        @Test(.timeLimit(.minutes(10)))
        func `beside a serve under load they never raise a false alarm`() throws {
            let kafka = try EmbeddedKafka()
            let installation = try Installation(
                bootstrapServers: kafka.cluster.bootstrapServers, settings: Self.settings)
            let stream = Stream(events: 20_000, seed: 31)
            let serve = try installation.serve()
            let sending = Sending(
                stream.bodies, port: installation.ingressPort, key: Installation.key)
            let sent = Set(stream.bodies)
            var looks = 0
            while sending.report.acknowledged.count < stream.bodies.count || looks < 3 {
                let verified = try installation.run("journal", "verify", "-o", "json")
                #expect(verified.contains(#""result":"sound""#), "\(verified)")
                let bodies = try installation.run("journal", "dump", "-o", "raw")
                for body in bodies.split(separator: "\n") {
                    #expect(sent.contains(Array(body.utf8)))
                }
                #expect(try installation.run("journal", "ls").contains("written by process"))
                looks += 1
            }
            sending.stop()
            #expect(
                try installation.metric("serve", "hookline_journal_segments_reused_total") > 0)
            serve.send(SIGTERM)
            #expect(try serve.waitForEnd(upTo: .seconds(10)) == .exited(0))
            let verified = try installation.run("journal", "verify")
            #expect(verified.contains("stopped in order"))
        }

        @Test(.timeLimit(.minutes(10)))
        func `requeue publishes what is published again, also while serve runs`() throws {
            let kafka = try EmbeddedKafka()
            try checkRequeue(try Installation(bootstrapServers: kafka.cluster.bootstrapServers))
        }
    }

    /// The same over a real Kafka.
    @Suite(.whereKafkaIs, .realKafka, .serialized) struct JournalKafkaFlowTests {
        @Test(.timeLimit(.minutes(10)))
        func `a topic that was lost is filled again from the journal`() throws {
            let servers = try RealKafkaNode.current.bootstrapServers
            let installation = try Installation(
                bootstrapServers: servers, settings: ["topics": "partitions: 3"])
            try installation.run("topics", "create")
            try checkRequeue(installation)
            // A topic is deleted in the background: it is waited for until it is gone.
            try TopicReader(kafka: installation.kafka).removeTopics(with: Installation.prefix)
            try installation.run("topics", "create")
            try installation.run("journal", "requeue", "--all")
            let records = try TopicReader(kafka: installation.kafka)
                .records(with: Installation.prefix)
            let bodies = Set(Stream(events: 300, seed: 32).bodies)
            #expect(records.count == bodies.count)
            #expect(Set(records.map(\.value)) == bodies)
        }

        @Test(.timeLimit(.minutes(10)))
        func `in exactly-once a requeue doubles what it was told to, and nothing else`() throws {
            let servers = try RealKafkaNode.current.bootstrapServers
            let installation = try Installation(
                bootstrapServers: servers,
                settings: ["topics": "partitions: 3", "publisher": "delivery: \"exactly-once\""])
            try TopicReader(kafka: installation.kafka).removeTopics(with: Installation.prefix)
            try installation.run("topics", "create")
            let stream = Stream(events: 4_000, seed: 34)
            let first = try installation.serve()
            let sending = Sending(
                stream.bodies, port: installation.ingressPort, key: Installation.key)
            try eventually("some of it is published", upTo: .seconds(60)) {
                try published(installation) >= 200
            }

            let requeue = try installation.end(["journal", "requeue", "--from", "1", "--to", "100"])
            #expect(requeue.end == .exited(0), "\(requeue.errors)")
            #expect(requeue.errors.contains("in the topics twice"))
            // The position of the journal in Kafka is not the requeue's to move.
            first.crash()
            let second = try installation.serve()
            try sending.waitForAll(upTo: .seconds(120))
            let sent = Set(stream.bodies)
            try eventually("the rest is published", upTo: .seconds(60)) {
                try published(installation) >= sent.count
            }

            let records = try TopicReader(kafka: installation.kafka)
                .records(with: Installation.prefix)
            #expect(Set(records.map(\.value)) == sent)
            let copies = Dictionary(grouping: records) { $0.headers["hookline-sequence"] ?? "" }
            #expect(copies.count == sent.count)
            for (sequence, found) in copies {
                #expect(found.count == (UInt64(sequence) ?? 0 <= 100 ? 2 : 1), "\(sequence)")
            }
            second.send(SIGTERM)
            #expect(try second.waitForEnd(upTo: .seconds(10)) == .exited(0))
        }

        /// The last record of the journal that is noted as published.
        private func published(_ installation: Installation) throws -> Int {
            let listing = try installation.run("journal", "ls", "-o", "json")
            let found = try #require(listing.firstMatch(of: /"publishedThrough":(\d+)/))
            return Int(found.1) ?? 0
        }
    }
}

/// Publishes 300 events, then one entity's and then all of them again.
private func checkRequeue(_ installation: Installation) throws {
    let stream = Stream(events: 300, seed: 32)
    let serve = try installation.serve()
    let bodies = Array(Set(stream.bodies))
    let key = try #require(stream.requests.first?.key)
    try Sending(bodies, port: installation.ingressPort, key: Installation.key)
        .waitForAll(upTo: .seconds(60))
    let reader = TopicReader(kafka: installation.kafka)
    func published() throws -> [ReadRecord] {
        try reader.records(with: Installation.prefix)
    }
    try eventually("all is published, and the checkpoint says so", upTo: .seconds(60)) {
        let listing = try installation.run("journal", "ls", "-o", "json")
        return listing.contains("\"publishedThrough\":\(bodies.count),")
    }
    let before = try published()
    #expect(before.count == bodies.count)
    let own = before.filter { $0.key == key }
    let plan = try installation.run("journal", "requeue", "--key", key, "--dry-run")
    #expect(plan.contains("\(own.count) records would be published again"))
    #expect(try published().count == before.count)

    try installation.run("journal", "requeue", "--key", key)
    #expect(try published().count == before.count + own.count)
    try installation.run("journal", "requeue", "--all")
    let after = try published()
    #expect(after.count == 2 * before.count + own.count)
    // Each copy is the record again: topic, partition, key, headers and body.
    for record in before {
        let copies = after.filter { $0.value == record.value }
        #expect(copies.count == (record.key == key ? 3 : 2))
        for copy in copies {
            #expect(copy.topic == record.topic)
            #expect(copy.partition == record.partition)
            #expect(copy.key == record.key)
            #expect(copy.headers == record.headers)
        }
    }
    serve.send(SIGTERM)
    #expect(try serve.waitForEnd(upTo: .seconds(10)) == .exited(0))
}
