import HTTP
import HTTPClient
import Management
import Telemetry
import Testing
import Threads

@Suite(.timeLimit(.minutes(10)))
struct ManagementServerTests {
    private let readiness = Readiness(waitingFor: ["kafka"])
    private let metrics = Metrics()

    private func withServer(_ body: (String) throws -> Void) throws {
        var configuration = HTTPServerConfiguration.management
        configuration.host = "127.0.0.1"
        configuration.port = 0
        let server = try ManagementServer(
            configuration, readiness: readiness, log: .silent, metrics: metrics)
        let worker = Worker("management") { server.run() }
        defer {
            server.stop()
            worker.join()
        }
        try body("http://127.0.0.1:\(server.port)")
    }

    @Test func `it is alive`() throws {
        try withServer { address in
            let reply = try HTTPClient().get("\(address)/livez")
            #expect(reply.status == 200)
            #expect(reply.text == #"{"alive":true}"#)
        }
    }

    @Test func `it says why it is not ready, until it is`() throws {
        try withServer { address in
            let client = HTTPClient()
            let reply = try client.get("\(address)/readyz")
            #expect(reply.status == 503)
            #expect(
                reply.text == #"{"ready":false,"reasons":[{"part":"kafka","reason":"starting"}],"#
                    + #""notes":[]}"#)
            readiness.set("kafka", .ready)
            let later = try client.get("\(address)/readyz")
            #expect(later.status == 200)
            #expect(later.text == #"{"ready":true,"reasons":[],"notes":[]}"#)
        }
    }

    @Test func `it gives the metrics as Prometheus reads them`() throws {
        metrics.counter("hookline_test_total", "A test.").add(3)
        try withServer { address in
            let reply = try HTTPClient().get("\(address)/metrics")
            #expect(reply["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(reply.text.contains("hookline_test_total 3\n"))
        }
    }

    @Test func `another path is not there, and another method not allowed`() throws {
        try withServer { address in
            let client = HTTPClient()
            #expect(try client.get("\(address)/").status == 404)
            let reply = try client.post("\(address)/livez", body: [1])
            #expect(reply.status == 405)
            #expect(reply["allow"] == "GET, HEAD")
            #expect(reply["content-type"] == "application/problem+json")
        }
    }
}
