import Glibc
import Kafka
import SQLite
import Support
import Testing

extension Flows {
    /// `hookline replay` beside a running `consume` and without one, over the Kafka in memory.
    @Suite struct ReplayFlowTests {
        let kafka: EmbeddedKafka
        let installation: Installation

        init() throws {
            kafka = try EmbeddedKafka()
            installation = try Installation(bootstrapServers: kafka.cluster.bootstrapServers)
        }

        /// Posts a stream and waits until `consume` has applied it.
        private func post(_ stream: Stream, state: String) throws {
            try Sending(
                stream.bodies, port: installation.ingressPort, key: Installation.key
            ).waitForAll(upTo: .seconds(60))
            try installation.waitForState(state, upTo: .seconds(60))
        }

        private var current: String {
            get throws { try FileSystem.text(of: installation.folder.file("state/CURRENT")) }
        }

        /// Runs a command that ends with this code, and gives what it said.
        private func replay(_ arguments: String..., code: Int32 = 0) throws -> String {
            let result = try installation.end(["replay"] + arguments)
            let said = result.output + result.errors
            #expect(result.end == .exited(code), "\(said)")
            return said
        }

        @Test(.timeLimit(.minutes(10)))
        func `a rebuilt state is compared, taken and given back beside a running consume`() throws {
            let stream = Stream(events: 600, seed: 31)
            let (first, state) = (Stream(events: 300, seed: 31), try stream.state())
            let serve = try installation.serve()
            let consume = try installation.consume()
            try post(first, state: try first.state())

            #expect(try replay("--verify").contains("are the same as in the live state"))
            #expect(try current == "000001\n")
            #expect(try replay("--verify", "--swap").contains("generation 000003 is the live one"))
            #expect(try current == "000003\n000001\n")
            #expect(try installation.export() == first.state())
            // What comes now goes into the new one.
            try post(stream, state: state)
            #expect(try replay("--back").contains("generation 000001 is the live one"))
            #expect(try current == "000001\n000003\n")
            #expect(try installation.export() == state)
            #expect(try replay("--verify").contains("are the same as in the live state"))
            for process in [serve, consume] {
                process.send(SIGTERM)
                #expect(try process.waitForEnd(upTo: .seconds(10)) == .exited(0))
            }
        }

        @Test(.timeLimit(.minutes(10)))
        func `without a consume it installs by itself, and a changed state is told field by field`()
            throws
        {
            let stream = Stream(events: 300, seed: 32)
            let serve = try installation.serve()
            let consume = try installation.consume()
            try post(stream, state: try stream.state())
            consume.send(SIGTERM)
            #expect(try consume.waitForEnd(upTo: .seconds(10)) == .exited(0))
            try damageState(
                """
                UPDATE entities SET state = (SELECT state FROM entities WHERE number = 2)
                WHERE number = 1
                """)

            let said = try replay("--verify", code: 1)
            #expect(said.contains("1 of"), "\(said)")
            #expect(said.contains("  live ") && said.contains("  rebuilt "), "\(said)")
            #expect(said.contains("telness."), "the events are named: \(said)")
            // An order under another id: the rebuilt state has none of that.
            try damageState("UPDATE entities SET id = id || '-other' WHERE number = 3")
            let json = try replay("--verify", "--swap", "--output", "json", code: 1)
            #expect(json.contains("\"different\":3,\"worse\":"), "\(json.prefix(2000))")
            #expect(json.contains("\"live\":false"), "\(json.prefix(2000))")
            let refused = try replay("--verify", "--swap", code: 1)
            #expect(refused.contains("run `hookline replay --swap`"), "\(refused)")
            #expect(try replay("--swap").contains("is the live one"))
            #expect(try installation.export() == stream.state())
            let again = try installation.consume()
            #expect(try replay("--verify").contains("are the same as in the live state"))
            _ = (serve, again)
        }

        private func damageState(_ statement: String) throws {
            let path = try installation.folder.file(
                "state/generations/\(current.prefix(6))/state.sqlite")
            try Connection(path: path, mode: .write).execute(statement)
        }

        @Test(.timeLimit(.minutes(10)))
        func `a past state is built and read, and is never the live one`() throws {
            let stream = Stream(events: 200, seed: 33)
            let serve = try installation.serve()
            let consume = try installation.consume()
            try post(stream, state: try stream.state())

            let said = try replay("--at", "2025-10-09", "--verify")
            #expect(said.contains("2025-10-09T00:00:00Z, the beginning of that day in UTC"))
            #expect(said.contains("nothing in it is newer or other"))
            #expect(try installation.run("state", "export", "--generation", "000002").isEmpty)
            _ = try replay("--at", "2027-01-01")
            let later = try installation.run("state", "export", "--generation", "000003")
            #expect(try later == stream.state())
            #expect(try replay("--at", "2027-01-01", "--swap", code: 64).contains("past state"))
            #expect(
                try replay("--topic", "order.updated", "--swap", code: 64).contains("a part"))
            #expect(try replay("--back", code: 1).contains("no generation"))
            #expect(try replay("--back", "--swap", code: 64).contains("leave out --swap"))
            _ = (serve, consume)
        }

        @Test(.timeLimit(.minutes(10)))
        func `without a state there is nothing to be beside of`() throws {
            let said = try replay(code: 66)
            #expect(said.contains("add --swap"))
            _ = try replay("--swap")
            #expect(try installation.export().isEmpty)
        }
    }
}
