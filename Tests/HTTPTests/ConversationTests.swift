import Support
import Telemetry
import Testing

@testable import HTTP

/// The limit of the handler in these tests.
private let limit = 1_000

private func body(_ count: Int) -> String {
    String(repeating: "x", count: count)
}

private func head(_ path: String = "/", _ lines: String...) -> String {
    "POST \(path) HTTP/1.1\r\nHost: h\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
}

private func chunk(_ count: Int) -> String {
    String(count, radix: 16) + "\r\n" + body(count) + "\r\n"
}

@Suite(.timeLimit(.minutes(10)))
struct ConversationTests {
    private func withClient(
        _ change: (inout HTTPServerConfiguration) -> Void = { _ in },
        metrics: Metrics = Metrics(), _ test: (RawConnection) throws -> Void
    ) throws {
        try withServer(TestHandler(limit: limit), change, metrics: metrics) { server in
            try test(RawConnection(port: server.port))
        }
    }

    /// The same connection must still serve.
    private func expectAlive(_ client: RawConnection) throws {
        client.send(head("/", "Content-Length: 2") + "ok")
        let response = try client.response()
        #expect(response.status == 200)
        #expect(response.body == "ok")
    }

    @Test func `a body of exactly the limit is taken`() throws {
        try withClient { client throws in
            client.send(head("/", "Content-Length: \(limit)") + body(limit))
            #expect(try client.response().body == body(limit))
            try expectAlive(client)
        }
    }

    @Test func `a body of one byte more is refused, and the connection lives on`() throws {
        try withClient { client throws in
            client.send(head("/", "Content-Length: \(limit + 1)") + body(limit + 1))
            #expect(try client.response().status == 413)
            try expectAlive(client)
        }
    }

    @Test func `a chunked body of exactly the limit is taken`() throws {
        try withClient { client throws in
            client.send(head("/", "Transfer-Encoding: chunked") + chunk(limit - 1) + chunk(1))
            client.send("0\r\nTrailer: ignored\r\n\r\n")
            #expect(try client.response().body == body(limit))
            try expectAlive(client)
        }
    }

    @Test func `a chunked body of one byte more is refused, and the connection lives on`() throws {
        try withClient { client throws in
            client.send(head("/", "Transfer-Encoding: chunked") + chunk(limit) + chunk(1))
            client.send(chunk(5_000) + "0\r\n\r\n")
            #expect(try client.response().status == 413)
            try expectAlive(client)
        }
    }

    @Test func `a body in many small pieces is whole`() throws {
        try withClient { client throws in
            client.send(head("/", "Content-Length: 26"))
            for letter in "abcdefghijklmnopqrstuvwxyz" { client.send(String(letter)) }
            #expect(try client.response().body == "abcdefghijklmnopqrstuvwxyz")
        }
    }

    @Test func `an empty body is one too`() throws {
        try withClient { client throws in
            client.send(head("/", "Content-Length: 0"))
            let response = try client.response()
            #expect(response.status == 200)
            #expect(response.body == "")
            try expectAlive(client)
        }
    }

    @Test func `requests sent at once are answered one after the other`() throws {
        try withClient { client throws in
            let request = head("/", "Content-Length: 1")
            client.send(request + "1" + request + "2" + request + "3")
            #expect(try (1...3).map { _ in try client.response().body } == ["1", "2", "3"])
        }
    }

    @Test func `a refusal reaches a client that is still sending, and the connection lives on`()
        throws
    {
        try withClient { client throws in
            let size = 3 << 20
            client.send(head("/refused", "Content-Length: \(size)"))
            // Nothing is answered in mid-body: a client that never reads would block.
            for _ in 0..<3 { #expect(client.send(body(1 << 20))) }
            #expect(try client.response().status == 401)
            try expectAlive(client)
        }
    }

    @Test func `a refusal of a body beyond all bounds reaches a client that is still sending`()
        throws
    {
        try withClient({ $0.discardBytes = 1 << 20 }) { client in
            client.send(head("/refused", "Content-Length: \(64 << 20)"))
            // As far as the server lets it: it lingers, and reads on for a while.
            for _ in 0..<8 { client.send(body(1 << 20)) }
            let response = try client.response()
            #expect(response.status == 401)
            #expect(response["connection"] == "close")
        }
    }

    @Test func `a refused chunked body without end is cut`() throws {
        let metrics = Metrics()
        try withClient({ $0.discardBytes = 1 << 20 }, metrics: metrics) { client in
            client.send(head("/refused", "Transfer-Encoding: chunked"))
            try eventually("the cut", holds: { !client.send(chunk(100_000)) })
        }
        #expect(
            metrics.render().contains("hookline_http_requests_aborted_total{listener=\"test\"} 1"))
    }

    @Test func `who waits for 100 Continue is told to go on`() throws {
        try withClient { client throws in
            client.send(head("/", "Content-Length: 2", "Expect: 100-continue"))
            #expect(try client.response().status == 100)
            client.send("ok")
            #expect(try client.response().body == "ok")
        }
    }

    @Test(arguments: [("/refused", 2, 401), ("/", limit + 1, 413)])
    func `who waits for 100 Continue is refused at once`(
        path: String, length: Int, status: Int
    ) throws {
        try withClient { client throws in
            client.send(head(path, "Content-Length: \(length)", "Expect: 100-continue"))
            #expect(try client.response().status == status)
            #expect(try client.readToEnd() == "")
        }
    }

    @Test func `bodies beyond the memory for all are refused for now`() throws {
        try withClient({ $0.bodyMemoryBytes = 500 }) { client in
            client.send(head("/", "Content-Length: 501") + body(501))
            let response = try client.response()
            #expect(response.status == 503)
            #expect(response["retry-after"] == "1")
            try expectAlive(client)
            // What was taken has been given back.
            client.send(head("/", "Content-Length: 500") + body(500))
            #expect(try client.response().status == 200)
        }
    }

    @Test func `a GET with a body is answered, and the body passed over`() throws {
        try withClient { client throws in
            client.send("GET /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")
            #expect(try client.response().body == "/a")
            try expectAlive(client)
        }
    }

    @Test func `a client that goes away in mid-body leaves nothing`() throws {
        let handler = TestHandler(limit: limit, waits: true)
        let metrics = Metrics()
        try withServer(handler, metrics: metrics) { server in
            for isReset in [false, true] {
                let client = try RawConnection(port: server.port)
                client.send(head("/", "Content-Length: 10") + "half")
                try eventually("the request") { server.openRequests == 1 }
                if isReset { client.reset() }
                client.close()
                try eventually("its end") { server.openRequests == 0 }
            }
            let aborted = "hookline_http_requests_aborted_total{listener=\"test\"} 2"
            #expect(metrics.render().contains(aborted))
            #expect(metrics.render().contains("hookline_http_body_bytes{listener=\"test\"} 0\n"))
            #expect(handler.taken.isEmpty)
        }
    }

    @Test func `a client that goes away while its answer is awaited leaves nothing`() throws {
        struct Remembered {
            weak var exchange: HTTPExchange?
        }
        let handler = TestHandler(limit: limit, waits: true)
        try withServer(handler) { server in
            // When the end of the connection is seen, before or after the answer, is a matter of
            // chance: in most of these it is seen before.
            for _ in 0..<20 {
                let clients = try (0..<20).map { _ in try RawConnection(port: server.port) }
                for client in clients {
                    client.send(head("/", "Content-Length: 2") + "{}")
                    client.endSending()
                }
                handler.waitForExchanges(clients.count)
                let remembered = handler.taken.map { Remembered(exchange: $0) }
                handler.answerAll()
                handler.forget()
                for client in clients { try client.readToEnd() }
                try eventually("their end") { server.openRequests == 0 }
                try eventually("the exchanges to be gone") {
                    remembered.allSatisfy { $0.exchange == nil }
                }
            }
        }
    }
}
