import JSON
import Synchronization
import Telemetry
import Threads

@testable import HTTP

/// Answers with the body it got, at once or when the test says so.
final class TestHandler: HTTPHandler {
    let limit: Int
    /// Exchanges that wait, with their bodies.
    let waiting = Monitor<[(exchange: HTTPExchange, body: [UInt8])]>([])
    private let mustWait: Bool

    init(limit: Int = 1_000, waits: Bool = false) {
        self.limit = limit
        mustWait = waits
    }

    func begin(
        _ head: borrowing HTTPRequestHead, _ exchange: HTTPExchange
    ) throws(HTTPProblem) -> HTTPNext {
        if head.isAt(Array("/refused".utf8)) {
            throw HTTPProblem(401, "key", "No key", "Send one.")
        }
        return head.method == .get
            ? .respond(HTTPResponse(text: head.path + (head.query("q") ?? "")))
            : .readBody(limit: limit)
    }

    func finish(
        _ head: borrowing HTTPRequestHead, _ exchange: HTTPExchange, _ body: consuming PaddedBytes
    ) throws(HTTPProblem) {
        let bytes = body.bytes
        guard mustWait else {
            exchange.respond(HTTPResponse(.text, bytes))
            return
        }
        exchange.suspend()
        waiting.update { $0.append((exchange, bytes)) }
    }

    /// Waits until so many exchanges wait.
    func waitForExchanges(_ count: Int) {
        _ = waiting.wait { $0.count < count ? nil : true }
    }

    /// The exchanges that were handed over.
    var taken: [HTTPExchange] { waiting.withLock { $0.map(\.exchange) } }

    /// Answers what waits now with its body.
    func answerAll() {
        for (exchange, body) in waiting.withLock({ $0 }) {
            exchange.respond(HTTPResponse(.text, body))
        }
    }

    /// Lets go of the exchanges: each holds its server, and that this.
    func forget() { waiting.update { $0.removeAll() } }
}

/// A server on a free port of the loopback.
func withServer(
    _ handler: TestHandler, _ change: (inout HTTPServerConfiguration) -> Void = { _ in },
    metrics: Metrics = Metrics(), _ body: (HTTPServer) throws -> Void
) throws {
    defer { handler.forget() }
    var configuration = HTTPServerConfiguration()
    configuration.host = "127.0.0.1"
    configuration.port = 0
    change(&configuration)
    let server = try HTTPServer(
        "test", configuration, log: .silent, metrics: metrics, handler: handler)
    do {
        try body(server)
    } catch {
        server.stop(within: .zero)
        throw error
    }
    server.stop(within: .zero)
}
