import HTTP
import Support
import Telemetry
import Testing

@Suite(.timeLimit(.minutes(1)))
struct HTTPServerTests {
    @Test func `a body comes back, and the connection stays open`() throws {
        try withServer(TestHandler()) { server in
            let client = try RawConnection(port: server.port)
            for text in ["one", "two"] {
                client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n\(text)")
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
            client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\none")
            handler.waitForExchanges(1)
            handler.answerAll()
            #expect(try client.response().body == "one")
        }
    }
}
