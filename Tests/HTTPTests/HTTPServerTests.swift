import Support
import Synchronization
import Telemetry
import Testing
import Threads

@testable import HTTP

private let post = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n"

@Suite(.timeLimit(.minutes(10)))
struct HTTPServerTests {
    @Test func `a body comes back, and the connection stays open`() throws {
        try withServer(TestHandler()) { server in
            let client = try RawConnection(port: server.port)
            for text in ["one", "two"] {
                client.send(post + text)
                let response = try client.response()
                #expect(response.status == 200)
                #expect(response.body == text)
            }
        }
    }

    @Test func `an answer may come from another thread`() throws {
        let handler = TestHandler(waits: true)
        try withServer(handler) { server in
            let client = try RawConnection(port: server.port)
            client.send(post + "one")
            handler.waitForExchanges(1)
            handler.answerAll()
            #expect(try client.response().body == "one")
        }
    }

    @Test func `IPv6 is served too`() throws {
        try withServer(TestHandler(), { $0.host = "::" }) { server in
            let client = try RawConnection(port: server.port)
            client.send(post + "one")
            #expect(try client.response().body == "one")
        }
    }

    @Test func `a port that is taken is said to be`() throws {
        try withServer(TestHandler()) { server in
            let error = #expect(throws: HTTPServerError.self) {
                try withServer(TestHandler(), { $0.port = server.port }) { _ in }
            }
            #expect(error?.description.contains("\(server.port): bind") == true)
            #expect(error?.description.contains("another process listens there") == true)
        }
    }

    @Test(arguments: [("localhost", 0), ("127.0.0.1", 70_000), ("", 0)])
    func `an address that is none is said to be none`(host: String, port: Int) {
        let error = #expect(throws: HTTPServerError.self) {
            try withServer(
                TestHandler(),
                {
                    $0.host = host
                    $0.port = port
                }
            ) { _ in }
        }
        #expect(error?.description.contains("give an IPv4 or IPv6 address") == true)
    }

    @Test func `many silent connections do not keep others from being served`() throws {
        try withServer(TestHandler()) { server in
            let silent = try (0..<300).map { _ in try RawConnection(port: server.port) }
            for (index, connection) in silent.enumerated() where index % 2 == 0 {
                connection.send("POST / HTTP/1.1\r\nHost: h")
            }
            let client = try RawConnection(port: server.port)
            for _ in 0..<20 {
                client.send(post + "one")
                #expect(try client.response().status == 200)
            }
        }
    }

    // MARK: - The end

    @Test func `after quiesce a new connection is refused, and a new request gets 503`() throws {
        try withServer(TestHandler()) { server in
            let client = try RawConnection(port: server.port)
            client.send(post + "one")
            #expect(try client.response().status == 200)
            server.quiesce()
            client.send(post + "two")
            let response = try client.response()
            #expect(response.status == 503)
            #expect(response["retry-after"] == "1")
            #expect(try client.readToEnd() == "")
            #expect(throws: SystemFailure.self) { try RawConnection(port: server.port) }
        }
    }

    @Test func `a stop waits for what has begun`() throws {
        let handler = TestHandler(waits: true)
        defer { handler.forget() }
        let server = try makeServer(handler)
        let clients = try (0..<20).map { _ in try RawConnection(port: server.port) }
        for client in clients { client.send(post + "one") }
        handler.waitForExchanges(20)
        let stopper = Worker("stopper") { server.stop(within: .seconds(20)) }
        // The listener is gone: the stop has begun.
        try eventually("the stop") { (try? RawConnection(port: server.port)) == nil }
        handler.answerAll()
        for client in clients {
            let response = try client.response()
            #expect(response.body == "one")
            #expect(response["connection"] == "close")
        }
        stopper.join()
    }

    @Test func `a stop ends waits that do not end by themselves with 503`() throws {
        let handler = TestHandler(waits: true)
        defer { handler.forget() }
        let server = try makeServer(handler)
        let clients = try (0..<20).map { _ in try RawConnection(port: server.port) }
        for client in clients { client.send(post + "one") }
        handler.waitForExchanges(20)
        server.stop(within: .milliseconds(1))
        for client in clients { #expect(try client.response().status == 503) }
        // The answers that come too late touch nothing.
        handler.answerAll()
    }

    @Test func `a stop does not wait for bodies for ever`() throws {
        let handler = TestHandler()
        let server = try makeServer(handler)
        let client = try RawConnection(port: server.port)
        client.send(post + "o")
        try eventually("the request") { server.openRequests == 1 }
        server.stop(within: .milliseconds(1))
        #expect(try client.readToEnd() == "")
    }

    @Test func `a stop under load loses no answer to what the handler has got`() throws {
        let handler = TestHandler(waits: true)
        defer { handler.forget() }
        let server = try makeServer(handler)
        let port = server.port
        let answered = Atomic<Int>(0)
        let isOver = Atomic<Bool>(false)
        let answerer = Worker("answerer") {
            var next = 0
            while !isOver.load(ordering: .acquiring) {
                let all = handler.waiting.wait(upTo: .milliseconds(5)) { waiting in
                    waiting.count > next ? Array(waiting[next...]) : nil
                }
                for (exchange, body) in all ?? [] {
                    exchange.respond(HTTPResponse(.text, body))
                }
                next += all?.count ?? 0
            }
        }
        let clients = (0..<8).map { number in
            Worker("client \(number)") {
                guard let client = try? RawConnection(port: port) else { return }
                while client.send(post + "one"), let response = try? client.response(),
                    response.status == 200
                {
                    answered.wrappingAdd(1, ordering: .relaxed)
                }
            }
        }
        handler.waitForExchanges(500)
        server.stop(within: .seconds(20))
        for client in clients { client.join() }
        isOver.store(true, ordering: .releasing)
        answerer.join()
        #expect(answered.load(ordering: .relaxed) == handler.taken.count)
    }

    @Test func `a stop never meets the library's threads on their way, however often`() throws {
        for _ in 0..<100 {
            let server = try makeServer(TestHandler())
            let port = server.port
            let answered = Monitor(0)
            let clients = (0..<4).map { number in
                Worker("client \(number)") {
                    guard let client = try? RawConnection(port: port) else { return }
                    while client.send(post + "one"), let response = try? client.response(),
                        response.status == 200
                    {
                        answered.update { $0 += 1 }
                    }
                }
            }
            _ = answered.wait { $0 >= 8 ? true : nil }
            server.stop(within: .seconds(20))
            for client in clients { client.join() }
        }
    }

    private func makeServer(_ handler: TestHandler) throws -> HTTPServer {
        var configuration = HTTPServerConfiguration()
        configuration.host = "127.0.0.1"
        configuration.port = 0
        return try HTTPServer(
            "test", configuration, log: .silent, metrics: Metrics(), handler: handler)
    }
}
