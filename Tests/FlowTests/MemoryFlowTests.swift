import Kafka
import Support
import Testing

extension Flows {
    /// A process that gets no more memory from the system, over the Kafka in memory.
    @Suite struct MemoryFlowTests {
        /// What a parser needs for a body of this size is far more than `room`.
        private static let bodyBytes = 7_000_000
        private static let room = 56_000_000

        private func body() throws -> [UInt8] {
            let text = String(
                decoding: try Fixture.body("order.updated", eventID: uuid(1), key: "order-1"),
                as: UTF8.self)
            let long = String(repeating: "1,", count: Self.bodyBytes / 2)
            return Array(
                text.replacing("\"data\": {", with: "\"data\": { \"long\": [\(long)1],").utf8)
        }

        /// Lets a process have so many bytes more than it has.
        private func allow(_ room: Int, _ process: RunningProcess) throws {
            let status = try FileSystem.text(of: "/proc/\(process.pid)/status")
            let size = try #require(
                status.split(separator: "\n").first { $0.hasPrefix("VmSize:") }?
                    .split { $0 == " " || $0 == "\t" }.dropFirst().first.flatMap { Int($0) })
            let set = try RunningProcess.run(
                "prlimit", ["--pid", "\(process.pid)", "--as=\(size * 1024 + room):unlimited"])
            #expect(set.end == .exited(0), "\(set.errors)")
        }

        @Test(.timeLimit(.minutes(5)))
        func `a record that there is no memory for ends consume, and is applied by the next one`()
            throws
        {
            let kafka = try EmbeddedKafka()
            let installation = try Installation(
                bootstrapServers: kafka.cluster.bootstrapServers)
            let consume = try installation.consume()
            // Every thread has its stack by then.
            try eventually("consume to be ready") {
                try installation.ask("consume", "/readyz").status == 200
                    && installation.query("/status").status == 200
            }
            try allow(Self.room, consume)
            try TopicWriter(installation.kafka).write([
                ForeignRecord("order.updated", key: "order-1", value: try body())
            ])
            let end = try consume.waitForEnd(upTo: .seconds(60))
            #expect(end == .exited(70), "\(consume.errors.suffix(2000))")
            #expect(consume.errors.contains("there is no memory to read the record at telness."))
            #expect(try installation.export().isEmpty)
            let again = try installation.consume()
            try eventually("the order", upTo: .seconds(60)) {
                try installation.export().contains("\"order-1\"")
            }
            _ = again
        }
    }
}
