import Support
import Telemetry
import Testing

@testable import HTTP

@Suite(.timeLimit(.minutes(10)))
struct HTTPRequestHeadTests {
    @Test func `all parameters are given in their order, names and values resolved`() throws {
        final class Echo: HTTPHandler {
            func begin(
                _ head: borrowing HTTPRequestHead, _ exchange: HTTPExchange
            ) throws(HTTPProblem) -> HTTPNext {
                let texts = head.parameters.map { "<\($0.name)|\($0.value)>" }
                return .respond(HTTPResponse(text: texts.joined()))
            }
        }
        var configuration = HTTPServerConfiguration()
        configuration.host = "127.0.0.1"
        configuration.port = 0
        let server = try HTTPServer(
            "test", configuration, log: .silent, metrics: Metrics(), handler: Echo())
        defer { server.stop(within: .zero) }
        for (query, text) in [
            ("", ""), ("?a=1&b=&c&a=2", "<a|1><b|><c|><a|2>"),
            ("?x%2Ey=%C3%A4%2B+z%", "<x.y|ä+ z%>"),
        ] {
            let client = try RawConnection(port: server.port)
            client.send("GET /\(query) HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try client.response().body == text)
        }
    }

    /// The test handler answers a GET with the path and the parameter `q`.
    @Test(arguments: [
        ("/a", "/a"),
        ("/a?q=1", "/a1"),
        ("/a?p=2&q=b%20c%2", "/ab c%2"),
        ("/a%20b", "/a%20b"),
        ("/a%00b", "/a%00b"),
        ("http://host:80/a?q=1", "/a1"),
        ("HTTPS://host", ""),
        ("*", "*"),
    ])
    func `the path is as it came, a parameter is resolved`(target: String, text: String) throws {
        try withServer(TestHandler()) { server in
            let client = try RawConnection(port: server.port)
            client.send("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try client.response().body == text)
        }
    }
}
