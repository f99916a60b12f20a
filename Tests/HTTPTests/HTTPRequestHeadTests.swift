import Support
import Testing

@testable import HTTP

@Suite(.timeLimit(.minutes(10)))
struct HTTPRequestHeadTests {
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
