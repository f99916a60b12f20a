import Support
import Telemetry
import Testing

@testable import HTTP

/// A head that must not pass, and what is answered.
struct BadHead: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let lines: [String]
    var version = "1.1"
    var method = "POST"
    var status = 400

    /// Whether libmicrohttpd answers it by itself.
    var isLibrarys = false

    var text: String {
        // A line that brings its own end keeps it.
        (["\(method) / HTTP/\(version)"] + lines)
            .map { $0.utf8.last == UInt8(ascii: "\n") ? $0 : $0 + "\r\n" }.joined() + "\r\n"
    }

    static let host = "Host: h"
    static let length = "Content-Length: 2"

    static let all = [
        BadHead(
            testDescription: "both lengths",
            lines: [host, length, "Transfer-Encoding: chunked"]),
        BadHead(
            testDescription: "both lengths, the other way round",
            lines: [host, "Transfer-Encoding: chunked", length]),
        BadHead(testDescription: "two lengths", lines: [host, length, length]),
        BadHead(
            testDescription: "two lengths that differ", lines: [host, length, "content-length: 3"]),
        BadHead(testDescription: "two hosts", lines: [host, "HOST: other", length]),
        BadHead(testDescription: "no host", lines: [length]),
        BadHead(
            testDescription: "two content types",
            lines: [host, length, "Content-Type: a/b", "Content-Type: a/b"]),
        BadHead(
            testDescription: "two keys", lines: [host, length, "X-Api-Key: a", "X-Api-Key: b"]),
        BadHead(testDescription: "gzip", lines: [host, "Transfer-Encoding: gzip"]),
        BadHead(
            testDescription: "gzip and chunked", lines: [host, "Transfer-Encoding: gzip, chunked"]),
        BadHead(
            testDescription: "chunked twice",
            lines: [host, "Transfer-Encoding: chunked", "Transfer-Encoding: chunked"]),
        BadHead(
            testDescription: "chunked with a space after it",
            lines: [host, "Transfer-Encoding: chunked "]),
        BadHead(
            testDescription: "chunked with a quoted something",
            lines: [host, "Transfer-Encoding: \"chunked\""]),
        BadHead(
            testDescription: "chunked in HTTP/1.0", lines: [host, "Transfer-Encoding: chunked"],
            version: "1.0"),
        BadHead(testDescription: "a space before the colon", lines: [host, "X-A : b", length]),
        BadHead(testDescription: "a tab before the colon", lines: [host, "X-A\t: b", length]),
        BadHead(testDescription: "a space in a name", lines: [host, "X A: b", length]),
        BadHead(testDescription: "a name that is empty", lines: [host, length, ": b"]),
        BadHead(testDescription: "a line of a colon", lines: [host, length, ":"]),
        BadHead(testDescription: "a colon, then more", lines: [host, ":", length]),
        BadHead(testDescription: "a bare LF", lines: [host, "X-A: b\n", length]),
        BadHead(testDescription: "a bare LF at the end", lines: [host, length + "\n"]),
        BadHead(testDescription: "a NUL in a value", lines: [host, "X-A: b\0c", length]),
        BadHead(testDescription: "a NUL at a value's end", lines: [host, "X-A: b\0", length]),
        BadHead(testDescription: "a folded last line", lines: [host, length, "X-A: b", "\tc"]),
        BadHead(testDescription: "a folded length", lines: [host, "Content-Length: 2", " 3"]),
        BadHead(testDescription: "a bare CR in a value", lines: [host, "X-A: b\rc", length]),
        BadHead(testDescription: "a bell in a value", lines: [host, "X-A: b\u{7}", length]),
        BadHead(testDescription: "DEL in a value", lines: [host, "X-A: b\u{7F}", length]),
        BadHead(testDescription: "a control character in a name", lines: [host, "X\u{1}A: b"]),
        BadHead(
            testDescription: "a folded line",
            lines: [host, "X-A: b", " folded with spaces", length]),
        BadHead(testDescription: "no length", lines: [host], status: 411),
        BadHead(testDescription: "no length in HTTP/1.0", lines: [], version: "1.0", status: 411),
        BadHead(testDescription: "no length, PUT", lines: [host], method: "PUT", status: 411),
        BadHead(
            testDescription: "a length that is none", lines: [host, "Content-Length: 2x"],
            isLibrarys: true),
        BadHead(
            testDescription: "a negative length", lines: [host, "Content-Length: -2"],
            isLibrarys: true),
        BadHead(
            testDescription: "a list of lengths", lines: [host, "Content-Length: 2, 2"],
            isLibrarys: true),
        BadHead(
            testDescription: "an empty length", lines: [host, "Content-Length:"], isLibrarys: true),
        BadHead(
            testDescription: "a line without a colon", lines: [host, "nonsense", length],
            isLibrarys: true),
        BadHead(
            testDescription: "a length beyond 64 bits",
            lines: [host, "Content-Length: 99999999999999999999"], status: 413, isLibrarys: true),
        BadHead(
            testDescription: "headers beyond the memory",
            lines: [host, "X-A: " + String(repeating: "a", count: 20_000), length], status: 431,
            isLibrarys: true),
        BadHead(
            testDescription: "another version", lines: [host], version: "2.0", status: 505,
            isLibrarys: true),
    ]
}

@Suite(.timeLimit(.minutes(10)))
struct HeaderCheckTests {
    @Test(arguments: BadHead.all)
    func `it is refused, the handler never sees it, and the connection ends`(head: BadHead) throws {
        let handler = TestHandler(waits: true)
        try withServer(handler) { server in
            let client = try RawConnection(port: server.port)
            client.send(head.text + "ab")
            let response = try client.response()
            #expect(response.status == head.status, "\(response)")
            let rest = try client.readToEnd()
            // Its 400 to a malformed length has its head twice.
            if !head.isLibrarys { #expect(rest == "") }
            #expect(handler.taken.isEmpty)
        }
    }

    @Test func `a refusal is a problem of RFC 9457 that says what to do`() throws {
        try withServer(TestHandler()) { server in
            let client = try RawConnection(port: server.port)
            client.send("POST / HTTP/1.1\r\nHost: h\r\n\r\n")
            let response = try client.response()
            #expect(response["content-type"] == "application/problem+json")
            #expect(
                response.body.hasPrefix(
                    #"{"type":"urn:hookline:problem:length-required","#
                        + #""title":"The length of the body is missing","status":411,"#
                        + #""detail":"Send Content-Length, or Transfer-Encoding: chunked.","#
                        + #""requestId":""#))
        }
    }

    @Test(arguments: [
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nX-A:\r\nX-B: a\tb\r\n\r\nab",
        "POST / HTTP/1.1\r\nhost:h\r\ncontent-length:2\r\nCookie: a\r\nCookie: b\r\n\r\nab",
        "POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nab",
        "POST http://elsewhere/ HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab",
    ])
    func `what is unusual but right is taken`(request: String) throws {
        try withServer(TestHandler()) { server in
            let client = try RawConnection(port: server.port)
            client.send(request)
            let response = try client.response()
            #expect(response.status == 200)
            #expect(response.body == "ab")
        }
    }
}
