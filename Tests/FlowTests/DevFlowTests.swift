import Glibc
import HTTPClient
import Support
import Testing

extension Flows {
    /// `hookline dev`: all of it in one process, with nothing around it.
    @Suite struct DevFlowTests {
        // No settings of somebody else's lie here.
        private let folder = Result { try TemporaryDirectory() }

        private func dev(_ arguments: String...) throws -> RunningProcess {
            let ports = ["--port", "0", "--management-port", "0"]
            return try RunningProcess(
                Binary.path(), ["dev"] + ports + arguments, directory: folder.get().path)
        }

        @Test(.timeLimit(.minutes(10)))
        func `the demo shows each stage of four webhooks and their state, and ends`() throws {
            let dev = try dev("--demo")

            #expect(try dev.waitForEnd(upTo: .seconds(30)) == .exited(0), "\(dev.errors)")

            let lines = dev.output.split(separator: "\n")
            for type in Fixture.types {
                let published = "telness.\(type)["
                #expect(lines.contains { $0.contains(" accepted ") && $0.contains(type) })
                #expect(lines.contains { $0.contains(" published ") && $0.contains(published) })
            }
            #expect(lines.filter { $0.contains(" applied ") }.count == Fixture.types.count)
            // Each field that only one of the three order events has is in the order's state.
            for field in ["customer", "pricing", "lineItems", "state", "licenseId"] {
                #expect(lines.contains { $0.hasPrefix("\(field) ") }, "\(field)")
            }
            #expect(dev.errors.isEmpty, "\(dev.errors)")
        }

        @Test(.timeLimit(.minutes(10)))
        func `simulated life beside it goes all the way`() throws {
            let dev = try dev()
            let url = try word(2, dev.waitForLine(with: "webhooks  http", upTo: .seconds(20)))
            let key = try word(2, dev.waitForLine(with: "key ", upTo: .seconds(20)))

            let simulate = try RunningProcess.run(
                try Binary.path(),
                ["simulate", "--url", url, "--key", key, "--events", "300", "--rate", "300"])

            #expect(simulate.end == .exited(0), "\(simulate.output)\(simulate.errors)")
            for stage in ["accepted", "published", "applied", "seen before"] {
                try dev.waitForLine(with: " \(stage) ", upTo: .seconds(20))
            }
            try eventually("each of 300 to be published", upTo: .seconds(20)) {
                let lines = dev.output.split(separator: "\n")
                return lines.filter { $0.contains(" published ") }.count == 300
            }
            dev.send(SIGINT)
            #expect(try dev.waitForEnd(upTo: .seconds(10)) == .exited(0))
        }

        @Test(.timeLimit(.minutes(10)))
        func `beyond loopback the printed key reads the state, and nobody else does`() throws {
            let ports = try FreePort.some(3)
            let dev = try RunningProcess(
                Binary.path(),
                ["dev", "--port", "\(ports[0])", "--management-port", "\(ports[1])"]
                    + ["--set", "query.port=\(ports[2])"],
                environment: ["HOOKLINE_DEV_HOST": "0.0.0.0"], directory: folder.get().path)
            let key = try word(2, dev.waitForLine(with: "key ", upTo: .seconds(20)))
            try dev.waitForLine(
                with: "orders    http://localhost:\(ports[2])/entities/order", upTo: .seconds(20))

            let client = HTTPClient(timeout: .seconds(10))
            let url = "http://127.0.0.1:\(ports[2])/entities/order"
            #expect(try client.get(url).status == 401)
            #expect(try client.get(url, headers: [("X-Api-Key", key)]).status == 200)

            let second = try RunningProcess.run(
                try Binary.path(), ["dev"],
                environment: [
                    "HOOKLINE_DEV_HOST": "0.0.0.0", "HOOKLINE_INGRESS_PORT": "\(ports[0])",
                    "HOOKLINE_MANAGEMENT_PORT": "0", "HOOKLINE_QUERY_PORT": "0",
                ], directory: folder.get().path)
            #expect(second.end == .exited(69))
            #expect(second.errors.contains("choose another port"), "\(second.errors)")
        }

        private func word(_ number: Int, _ line: String) throws -> String {
            let words = line.split(separator: " ")
            return String(try #require(words.dropFirst(number - 1).first))
        }
    }
}
