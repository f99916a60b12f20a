import Events
import Glibc
import Kafka
import Simulator
import Support
import Telemetry
import Testing

extension Flows {
    /// What `consume` answers over HTTP, over the Kafka in memory.
    @Suite struct QueryFlowTests {
        @Test(.timeLimit(.minutes(10)))
        func `what is asked while the state is built, and of the past, is what the model says`()
            throws
        {
            let kafka = try EmbeddedKafka()
            let installation = try Installation(bootstrapServers: kafka.cluster.bootstrapServers)
            let stream = Stream(events: 400, seed: 31, entities: 40)
            let serve = try installation.serve()
            let consume = try installation.consume()
            let sending = Sending(
                stream.bodies, port: installation.ingressPort, key: Installation.key)
            // Asked while the state is written.
            let early = try installation.query("/entities/order?limit=1000")
            #expect(early.status == 200)
            try sending.waitForAll(upTo: .seconds(60))
            try installation.waitForState(try stream.state(), upTo: .seconds(60))

            try check(listed(installation), try stream.state())
            let bodies = stream.requests.filter { $0.kind == .event }.map(\.body)
            let times = try bodies.map { body in
                try #require(Timestamp(rfc3339: JSONSlice(body)["occurredAt"]?.text ?? ""))
            }
            for time in [times.count / 5, times.count / 2].map({ times.sorted()[$0] }) {
                var model = StateModel()
                for (body, occurred) in zip(bodies, times) where occurred <= time {
                    try model.apply(body)
                }
                let lines = model.export.split(separator: "\n")
                for line in [lines[0], lines[lines.count / 2], lines[lines.count - 1]] {
                    try check(String(line), at: time, installation)
                }
            }
            _ = (serve, consume)
        }

        /// All orders and licences by the API's pages, as lines of an export.
        private func listed(_ installation: Installation) throws -> String {
            var lines: [String] = []
            for entity in ["license", "order"] {
                var cursor = ""
                repeat {
                    let page = try installation.query("/entities/\(entity)?limit=7\(cursor)")
                    #expect(page.status == 200, "\(page.body)")
                    let body = JSONSlice(page.body.utf8)
                    for item in body["entities"]?.elements ?? [] {
                        let id = item["id"]?.compact ?? ""
                        let state = item["state"]?.compact ?? ""
                        lines.append(
                            #"{"entity":"\#(entity)","id":\#(id),"state":\#(state)}"#)
                    }
                    let next = body["next"]?.text ?? "null"
                    cursor = next == "null" ? "" : "&cursor=\(next)"
                } while !cursor.isEmpty
            }
            return lines.map { $0 + "\n" }.joined()
        }

        private func check(_ found: String, _ expected: String) {
            #expect(found == expected, "\(Installation.difference(found, expected))")
        }

        /// The entity of a line of the model's export, as of a time: over HTTP and as a command.
        private func check(
            _ line: String, at time: Timestamp, _ installation: Installation
        ) throws {
            let expected = JSONSlice(line.utf8)
            let entity = expected["entity"]?.text ?? ""
            let id = expected["id"]?.text ?? ""
            let reply = try installation.query("/entities/\(entity)/\(id)?at=\(time)&explain=true")
            #expect(reply.status == 200, "\(reply.body)")
            #expect(
                JSONSlice(reply.body.utf8)["state"]?.compact == expected["state"]?.compact)
            let printed = try installation.run(
                "state", "explain", entity, id, "--at", "\(time)", "-o", "json")
            #expect(printed == reply.body + "\n")
        }

        @Test(.timeLimit(.minutes(10)))
        func `beyond loopback consume does not start without a key, and asks for it with one`()
            throws
        {
            let kafka = try EmbeddedKafka()
            let installation = try Installation(bootstrapServers: kafka.cluster.bootstrapServers)
            let host = ["HOOKLINE_QUERY_HOST": "0.0.0.0"]
            let bare = try installation.start(["consume"], as: "consume", environment: host)
            #expect(try bare.waitForEnd(upTo: .seconds(20)) == .exited(78))
            #expect(bare.errors.contains("set query.keysFile"), "\(bare.errors)")

            let keys = installation.folder.file("readers.txt")
            try FileSystem.write("reader: a-key-to-read-with-0123\n", to: keys)
            let consume = try installation.start(
                ["consume"], as: "consume",
                environment: host.merging(["HOOKLINE_QUERY_KEYS_FILE": keys]) { $1 })
            try consume.waitForLine(with: "\"started\"", upTo: .seconds(20))
            #expect(try installation.query("/status").status == 401)
            let connection = try RawConnection(port: installation.queryPort)
            connection.send(
                "GET /status HTTP/1.1\r\nHost: h\r\nX-Api-Key: a-key-to-read-with-0123\r\n\r\n")
            #expect(try connection.response().status == 200)
            consume.send(SIGTERM)
            #expect(try consume.waitForEnd(upTo: .seconds(10)) == .exited(0))
        }

        @Test(.timeLimit(.minutes(10)))
        func `turned off, consume listens for no questions`() throws {
            let kafka = try EmbeddedKafka()
            let installation = try Installation(
                bootstrapServers: kafka.cluster.bootstrapServers,
                settings: ["query": "enabled: false"])
            let consume = try installation.consume()
            #expect(throws: (any Error).self) { try installation.query("/status") }
            _ = consume
        }
    }

    /// What only a real Kafka can take away.
    @Suite(.whereKafkaIs, .realKafka, .serialized) struct QueryKafkaFlowTests {
        @Test(.timeLimit(.minutes(10)))
        func `what retention took is named, and what it left is answered`() throws {
            let installation = try Installation(
                bootstrapServers: try RealKafkaNode.current.bootstrapServers,
                settings: [
                    "topics": "partitions: 1", "publisher": "delivery: \"exactly-once\"",
                ])
            try TopicReader(kafka: installation.kafka).removeTopics(with: Installation.prefix)
            try installation.run("topics", "create")
            let serve = try installation.serve()
            let consume = try installation.consume()
            var model = StateModel()
            for number in 0..<6 {
                let body = try Fixture.body(
                    number < 3 ? "order.submitted" : "order.updated", eventID: uuid(number),
                    key: "order-1", occurredAt: "2026-03-01T10:00:0\(number)Z")
                try model.apply(body)
                try Sending(
                    [body], port: installation.ingressPort, key: Installation.key, connections: 1
                ).waitForAll(upTo: .seconds(30))
            }
            try installation.waitForState(model.export, upTo: .seconds(60))
            let whole = try installation.query("/entities/order/order-1?at=2026-03-01T10:00:05Z")
            #expect(whole.status == 200, "\(whole.body)")
            #expect(
                JSONSlice(whole.body.utf8)["state"]?.compact
                    == JSONSlice(model.export.utf8)["state"]?.compact)

            let topic = "telness.order.submitted"
            let offsets = try TopicReader(kafka: installation.kafka).records(with: topic)
                .map(\.offset)
            #expect(offsets.count == 3)
            let admin = try KafkaAdmin(installation.kafka, log: .silent)
            defer { admin.close(upTo: .seconds(5)) }
            try admin.deleteRecords(
                of: TopicPartition(topic, 0), before: offsets[1], upTo: .seconds(20))

            let said = "retention took offset \(offsets[0]) of \(topic)[0], which begins at "
            let reply = try installation.query("/entities/order/order-1?at=2026-03-01T10:00:05Z")
            #expect(reply.status == 422, "\(reply.body)")
            #expect(reply.body.contains("urn:hookline:problem:retention"))
            #expect(reply.body.lowercased().contains(said), "\(reply.body)")
            let command = try installation.start(
                ["state", "get", "order", "order-1", "--at", "2026-03-02"], as: "state")
            #expect(try command.waitForEnd(upTo: .seconds(30)) == .exited(65))
            #expect(command.errors.contains(said), "\(command.errors)")
            // The state itself, and why it is so, need nothing of Kafka.
            #expect(try installation.query("/entities/order/order-1?explain").status == 200)
            _ = (serve, consume)
        }
    }
}
