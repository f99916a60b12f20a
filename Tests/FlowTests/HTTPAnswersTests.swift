import Support
import Testing

/// What the answers to mutated requests are held against must be able to say no.
struct HTTPAnswersTests {
    private static let closing = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n"

    @Test func `answers are read one after the other`() throws {
        let answers = try HTTPAnswers(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
                + Self.closing + "Content-Length: 0\r\n\r\n"
        ).answers
        #expect(answers.map(\.status) == [200, 400])
        #expect(answers.first?.body == Array("{}".utf8))
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "garbage\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}", "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 200 OK\r\nA header\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n",
        closing + "Content-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    ])
    func `what is no answer, or none that may be given, is refused`(_ text: String) {
        #expect(throws: HTTPAnswers.Malformed.self) { try HTTPAnswers(text) }
    }

    @Test func `the library's own refusal of a length is known`() throws {
        let html = "<html><b>Content-Length</b></html>"
        let head = Self.closing + "Content-Length: \(html.utf8.count)\r\n\r\n"
        #expect(try HTTPAnswers(head + head + html).answers.map(\.status) == [400])
        #expect(throws: HTTPAnswers.Malformed.self) { try HTTPAnswers(head + html + html) }
    }

    @Test func `a seed always gives the same request, and seeds give all kinds`() {
        let requests = (0..<500).map { MutatedRequest(seed: $0) }
        #expect((0..<500).allSatisfy { MutatedRequest(seed: $0).pieces == requests[$0].pieces })
        #expect(Set(requests.map(\.ending)).count == 4)
        #expect(requests.contains { $0.validCount ?? 0 > 1 })
        #expect(requests.contains { $0.pieces.count > 2 })
    }
}
