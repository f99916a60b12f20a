import HTTP
import HTTPClient
import JSON
import Support
import Telemetry
import Testing

/// Gives back the body, or says what it was asked.
private final class Echo: HTTPHandler {
    func begin(
        _ head: borrowing HTTPRequestHead, _ exchange: HTTPExchange
    ) throws(HTTPProblem) -> HTTPNext {
        if head.method == .post { return .readBody(limit: 1 << 20) }
        var response = HTTPResponse(status: 202, text: head.text(of: .apiKey) ?? "none")
        response.headers = [("X-Seen", head.path)]
        return .respond(response)
    }

    func finish(
        _ head: borrowing HTTPRequestHead, _ exchange: HTTPExchange, _ body: consuming PaddedBytes
    ) throws(HTTPProblem) {
        // A client that is never answered: the test of its clock.
        if head.isAt(Array("/never".utf8)) {
            exchange.suspend()
        } else {
            exchange.respond(HTTPResponse(.text, body.bytes))
        }
    }
}

@Suite(.timeLimit(.minutes(10)))
struct HTTPClientTests {
    private func withEcho(_ body: (String) throws -> Void) throws {
        var configuration = HTTPServerConfiguration()
        configuration.host = "127.0.0.1"
        configuration.port = 0
        let server = try HTTPServer(
            "test", configuration, log: .silent, metrics: Metrics(), handler: Echo())
        defer { server.stop(within: .zero) }
        try body("http://127.0.0.1:\(server.port)")
    }

    @Test func `status, headers and body of an answer arrive`() throws {
        try withEcho { address in
            let reply = try HTTPClient().get("\(address)/a", headers: [("X-Api-Key", "secret")])
            #expect(reply.status == 202)
            #expect(reply["x-seen"] == "/a")
            #expect(reply.text == "secret")
        }
    }

    @Test(arguments: [0, 1, 2_500, 1 << 20])
    func `a body of any size goes there and back, again and again`(size: Int) throws {
        try withEcho { address in
            let client = HTTPClient()
            let body = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
            for _ in 0..<3 {
                let reply = try client.post(address, body: body)
                #expect(reply.status == 200)
                #expect(reply.body == body)
            }
            #expect(try client.get(address).status == 202)
        }
    }

    @Test func `an answer that does not come ends with the clock`() throws {
        try withEcho { address in
            let client = HTTPClient(timeout: .milliseconds(200))
            let error = #expect(throws: HTTPClientError.self) {
                try client.post("\(address)/never", body: [1])
            }
            guard case .timedOut = error else { throw error ?? .address(url: "", text: "") }
        }
    }

    @Test func `a port where nobody listens is unreachable`() throws {
        let port = try FreePort.one()
        let error = #expect(throws: HTTPClientError.self) {
            try HTTPClient().get("http://127.0.0.1:\(port)")
        }
        guard case .unreachable = error else { throw error ?? .address(url: "", text: "") }
        #expect(error?.description.contains("\(port)") == true)
    }

    @Test(arguments: ["ftp://127.0.0.1/", "http://", "file:///etc/hostname"])
    func `what is no address of http is said to be none`(url: String) {
        let error = #expect(throws: HTTPClientError.self) { try HTTPClient().get(url) }
        #expect(error?.description.hasPrefix("\(url) is no address") == true)
    }
}
