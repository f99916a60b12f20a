import Events
import Glibc
import Kafka
import Support
import Telemetry
import Testing

extension Flows {
    /// What others put on the topics, over a real Kafka: it stops nothing, and what turns out to be
    /// an event is applied later, once.
    @Suite(.whereKafkaIs, .realKafka, .serialized) struct DeadLetterFlowTests {
        private let topic = Installation.prefix + "order.updated"

        /// An installation with an `order.updated` that takes large records, and a catalogue that
        /// has learned `order.shipped`, which others put on that topic.
        private func installation() throws -> (Installation, learned: [String: String]) {
            let servers = try RealKafkaNode.current.bootstrapServers
            let installation = try Installation(
                bootstrapServers: servers, settings: ["topics": "partitions: 1"])
            try TopicReader(kafka: installation.kafka).removeTopics(with: Installation.prefix)
            let admin = try KafkaAdmin(installation.kafka, log: .silent)
            defer { admin.close(upTo: .seconds(5)) }
            try admin.createTopic(
                topic, partitions: 1, replicas: 1, settings: ["max.message.bytes": "8000000"],
                upTo: .seconds(20))
            // The others are made, and the end is 1, since this one is not as it should be.
            _ = try? installation.run("topics", "create")
            let shipped = """
                types: {
                    "order.shipped": {
                        topic: "order.updated", entity: "order", key: "data.orderId",
                        snapshot: "data"
                    },
                """
            let text = Catalogue.shippedText.replacing(
                "types: {", with: shipped, maxReplacements: 1)
            try #require(text != Catalogue.shippedText)
            let file = installation.folder.file("learned.json5")
            try FileSystem.write(text, to: file)
            return (installation, ["HOOKLINE_CATALOGUE_FILE": file])
        }

        private func body(_ number: Int, _ type: String = "order.updated") throws -> [UInt8] {
            let text = String(
                decoding: try Fixture.body(
                    "order.updated", eventID: uuid(number), key: "order-\(number)",
                    occurredAt: "2026-03-01T10:00:00Z"), as: UTF8.self)
            return Array(text.replacing("\"order.updated\"", with: "\"\(type)\"").utf8)
        }

        private func events(
            _ numbers: Range<Int>, _ type: String = "order.updated"
        ) throws -> [ForeignRecord] {
            try numbers.map {
                ForeignRecord("order.updated", key: "order-\($0)", value: try body($0, type))
            }
        }

        /// One of each kind that no consumer can apply, and by what reason.
        private func foreign() throws -> [(reason: String, record: ForeignRecord)] {
            func record(_ key: String?, _ value: [UInt8]?) -> ForeignRecord {
                ForeignRecord("order.updated", key: key, value: value)
            }
            func text(_ old: String, _ new: String) throws -> [UInt8] {
                let body = String(decoding: try body(900), as: UTF8.self)
                let changed = body.replacing(old, with: new, maxReplacements: 1)
                try #require(changed != body)
                return Array(changed.utf8)
            }
            let padding = String(repeating: "x", count: 3_000_000)
            var odd = record("order-900", Array("{}".utf8))
            odd.headers.add("ce_type", "no such type")
            odd.headers.add("hookline-sequence", [0xFF, 0x00])
            odd.headers.add("", "a header without a name")
            return [
                ("tombstone", record("order-900", nil)), ("tombstone", record(nil, nil)),
                ("json", record("order-900", [])), ("json", record("order-900", [0xFF, 0xFE])),
                ("json", record(nil, Array("no JSON".utf8))),
                ("json", record("order-900", Array("{\"a\":1}{\"b\":2}".utf8))),
                ("envelope", odd), ("envelope", record("order-900", Array("[1,2]".utf8))),
                ("envelope", record("order-900", Array("\"text\"".utf8))),
                ("envelope", record("order-900", try text("\"eventId\"", "\"eventIdentity\""))),
                ("envelope", record("order-900", try text("\"orderId\"", "\"orderNumber\""))),
                ("envelope", record("order-900", try text("{", "{\"eventId\": \"twice\","))),
                (
                    "envelope",
                    record(
                        "order-900",
                        Array(
                            (String(repeating: "[", count: 3000)
                                + String(repeating: "]", count: 3000)).utf8))
                ),
                (
                    "envelope",
                    record("order-900", try text("\"eventId\"", "\"pad\": \"\(padding)\", \"id\""))
                ),
                ("key", record("order-901", try body(900))), ("key", record(nil, try body(900))),
                ("key", record("", try body(900))),
                ("type", record("order-900", try body(900, "order.submitted"))),
            ]
        }

        private func letters(_ installation: Installation) throws -> [String] {
            try installation.run("dead-letters", "ls", "-n", "1000000", "-o", "json")
                .split(separator: "\n").map(String.init)
        }

        private func export(_ numbers: Range<Int>...) throws -> String {
            try export(numbers)
        }

        private func export(_ numbers: [Range<Int>]) throws -> String {
            var model = StateModel()
            // The model knows no order.shipped; one of its types has the same rules.
            for number in numbers.joined() { try model.apply(body(number)) }
            return model.export
        }

        private func start(
            _ installation: Installation, _ environment: [String: String] = [:]
        ) throws -> RunningProcess {
            let process = try installation.start(
                ["consume"], as: "consume", environment: environment)
            try eventually("consume to be ready", upTo: .seconds(30)) {
                (try? installation.ask("consume", "/readyz").status) == 200
            }
            return process
        }

        private func stop(_ process: RunningProcess) throws {
            process.send(SIGTERM)
            #expect(try process.waitForEnd(upTo: .seconds(20)) == .exited(0))
        }

        /// Waits until consume has come to the end of the topic.
        private func waitForLetters(_ count: Int, _ installation: Installation) throws {
            try eventually("\(count) letters", upTo: .seconds(60)) {
                try installation.metric("consume", "hookline_dead_letters_held") >= Double(count)
            }
        }

        private func retry(
            _ installation: Installation, _ options: String...,
            environment: [String: String]
        ) throws -> RunningProcess {
            try installation.start(
                ["dead-letters", "retry"] + options, as: "retry", environment: environment)
        }

        @Test(.timeLimit(.minutes(10)))
        func `foreign records of every kind stop nothing and change nothing`() throws {
            let (installation, learned) = try installation()
            let writer = try TopicWriter(installation.kafka)
            var number = 0
            var expected: [String: Int] = [:]
            for (reason, record) in try foreign() {
                try writer.write(events(number..<number + 1) + [record])
                expected[reason, default: 0] += 1
                number += 1
            }
            try writer.write(events(number..<number + 1))
            let consume = try start(installation)
            try installation.waitForState(try export(0..<number + 1), upTo: .seconds(60))
            let lines = try letters(installation)
            for (reason, count) in expected {
                let own = lines.filter { $0.contains("\"reason\":\"\(reason)\"") }
                #expect(own.count == count, "\(reason): \(own)")
            }
            #expect(lines.count == expected.values.reduce(0, +))
            #expect(
                try installation.metric("consume", "hookline_dead_letters_held")
                    == Double(lines.count))
            #expect(try installation.metric("consume", "hookline_consumer_stopped_partitions") == 0)
            #expect(try installation.ask("consume", "/readyz").status == 200)
            for line in lines {
                let number = line.split(separator: ",")[0].split(separator: ":")[1]
                #expect(
                    try installation.run("dead-letters", "show", String(number))
                        .hasPrefix("number  \(number)\n"))
            }
            let dropped = try installation.run(
                "dead-letters", "drop", "--reason", "json", "--why", "test data")
            #expect(dropped.contains("set aside"))
            for _ in 0..<2 {
                let left = lines.count - (expected["json"] ?? 0)
                #expect(
                    try installation.metric("consume", "hookline_dead_letters_held")
                        == Double(left))
                #expect(
                    try installation.metric("consume", "hookline_dead_letters_dropped")
                        == Double(expected["json"] ?? 0))
                // It is the same in a state that is built anew.
                try installation.run("replay", "--swap")
            }
            try stop(consume)
            // None of them is an event, whatever is known now; each keeps its reason.
            let all = try retry(installation, "--all", environment: learned)
            #expect(try all.waitForEnd(upTo: .seconds(60)) == .exited(1))
            #expect(all.output.contains("0 were events"), "\(all.output)\(all.errors)")
            #expect(try installation.export() == export(0..<number + 1))
        }

        @Test(.timeLimit(.minutes(10)))
        func `once the catalogue knows the type, killed and run again, each is applied once`()
            throws
        {
            let (installation, learned) = try installation()
            let writer = try TopicWriter(installation.kafka)
            let padding = String(repeating: "x", count: 2_000_000)
            var long = String(decoding: try body(9_000, "order.shipped"), as: UTF8.self)
            long.replace("{", with: "{\"pad\": \"\(padding)\",", maxReplacements: 1)
            try writer.write(
                events(0..<10) + events(1_000..<3_000, "order.shipped") + [
                    ForeignRecord("order.updated", key: "order-9000", value: Array(long.utf8)),
                    ForeignRecord("order.updated", key: nil, value: nil),
                ])
            let consume = try start(installation)
            try waitForLetters(2_002, installation)
            try stop(consume)

            let plan = try retry(
                installation, "--all", "--dry-run", "-o", "json", environment: learned)
            #expect(try plan.waitForEnd(upTo: .seconds(60)) == .exited(1))
            let lines = plan.output.split(separator: "\n")
            #expect(lines.filter { $0.contains("\"outcome\":\"event\"") }.count == 2_001)
            #expect(try installation.export() == export(0..<10))

            let killed = try retry(installation, "--all", environment: learned)
            try eventually("some to be applied", upTo: .seconds(30)) {
                try letters(installation).count < 2_000
            }
            killed.crash()
            var left = try letters(installation).count
            #expect((2..<2_000).contains(left))
            try killConsumeInRetry(installation, learned, left: left)
            left = try letters(installation).count
            let again = try retry(installation, "--all", environment: learned)
            #expect(try again.waitForEnd(upTo: .seconds(60)) == .exited(1))
            #expect(
                again.output == "\(left - 1) were events (\(left - 1) applied), "
                    + "1 stay (1 tombstone)\n", "\(again.errors)")
            let expected = try export(0..<10, 1_000..<3_000, 9_000..<9_001)
            #expect(try installation.export() == expected)
            #expect(try letters(installation).count == 1)
            // A consume with the catalogue of before refuses a state that it cannot go on with.
            let old = try installation.start(["consume"], as: "consume")
            #expect(try old.waitForEnd(upTo: .seconds(20)) == .exited(65))
            #expect(old.errors.contains("order.shipped"))
            try stop(start(installation, learned))
        }

        /// Lets a running consume do the retry, and kills it in the middle: whoever asked is told.
        private func killConsumeInRetry(
            _ installation: Installation, _ learned: [String: String], left: Int
        ) throws {
            let consume = try start(installation, learned)
            let asking = try retry(installation, "--all", environment: learned)
            try eventually("consume to apply some", upTo: .seconds(30)) {
                try asking.endIfAny != nil || letters(installation).count < left
            }
            consume.crash()
            let end = try asking.waitForEnd(upTo: .seconds(30))
            // It may have been done in time.
            #expect([.exited(75), .exited(1)].contains(end), "\(asking.errors)")
        }
    }
}
