import HTTP
import Management
import Telemetry
import Testing

@testable import App

struct HealthCommandTests {
    @Test func `what is not ready is listed part by part`() throws {
        var configuration = HTTPServerConfiguration.management
        configuration.host = "127.0.0.1"
        configuration.port = 0
        let readiness = Readiness(waitingFor: ["journal"])
        let server = try ManagementServer(
            configuration, readiness: readiness, log: .silent, metrics: Metrics())
        let url = "http://127.0.0.1:\(server.port)"
        let session = CommandSession()

        let end = session.run("health --url \(url)")
        #expect(end.code == .negative)
        #expect(end.output == "not ready  journal: starting\n")
        #expect(session.run("health --url \(url) --live").output == "alive\n")
        readiness.set("journal", .ready)
        #expect(
            session.run("health --url \(url)")
                == .init(code: .success, output: "ready\n", complaints: ""))
        readiness.note("publisher") { ["waiting for Kafka"] }
        #expect(
            session.run("health --url \(url)").output
                == "ready\n  publisher: waiting for Kafka\n")
        #expect(session.run("health --url \(url) -o json").output.contains("\"ready\":true"))
        server.stop()
        server.run()
        #expect(session.run("health --url \(url)").code == .unavailable)
    }
}
