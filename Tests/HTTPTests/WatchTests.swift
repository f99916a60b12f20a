import Support
import Telemetry
import Testing

@testable import HTTP

@Suite(.timeLimit(.minutes(10)))
struct WatchTests {
    private let metrics = Metrics()

    private func withClient(
        waits: Bool = false, _ change: (inout HTTPServerConfiguration) -> Void,
        _ test: (RawConnection, TestHandler) throws -> Void
    ) throws {
        let handler = TestHandler(waits: waits)
        try withServer(handler, change, metrics: metrics) { server in
            try test(RawConnection(port: server.port), handler)
        }
    }

    /// Sends a byte now and then until the server cuts the connection.
    private func expectCut(_ client: RawConnection, dripping byte: String, clock: String) throws {
        try eventually("the \(clock) clock", holds: { !client.send(byte) })
        let count = "hookline_http_timeouts_total{listener=\"test\",clock=\"\(clock)\"} 1"
        #expect(metrics.render().contains(count))
    }

    @Test func `a silent connection ends`() throws {
        try withClient({ $0.idleMilliseconds = 200 }) { client, _ throws in
            #expect(try client.readToEnd() == "")
        }
    }

    @Test func `a connection that is silent after an answer ends`() throws {
        try withClient({ $0.idleMilliseconds = 200 }) { client, _ throws in
            client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try client.response().status == 200)
            #expect(try client.readToEnd() == "")
        }
    }

    @Test func `a request line that comes byte by byte prolongs nothing`() throws {
        try withClient({ $0.idleMilliseconds = 200 }) { client, _ throws in
            try expectCut(client, dripping: "P", clock: "idle")
        }
    }

    @Test func `headers that come byte by byte prolong nothing`() throws {
        try withClient({ $0.headerMilliseconds = 200 }) { client, _ throws in
            client.send("POST / HTTP/1.1\r\nHost: h\r\nX-Slow: ")
            try expectCut(client, dripping: "x", clock: "header")
        }
    }

    @Test(arguments: ["/", "/refused"])
    func `a body that comes byte by byte prolongs nothing`(path: String) throws {
        try withClient({ $0.bodyMilliseconds = 200 }) { client, _ throws in
            client.send("POST \(path) HTTP/1.1\r\nHost: h\r\nContent-Length: 900\r\n\r\n")
            try expectCut(client, dripping: "x", clock: "body")
        }
    }

    @Test func `a wait for another thread ends with 503, and what comes later is dropped`() throws {
        try withClient(waits: true, { $0.answerMilliseconds = 200 }) { client, handler in
            client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\na")
            let response = try client.response()
            #expect(response.status == 503)
            #expect(response["retry-after"] == "1")
            let exchange = try #require(handler.taken.first)
            #expect(!exchange.respond(HTTPResponse(text: "late")))
            // Only the one answer comes, and the connection lives on.
            client.send("GET /alive HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try client.response().body == "/alive")
        }
    }
}
