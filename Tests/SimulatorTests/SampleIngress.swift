import Events
import HTTP
import JSON
import Telemetry
import Threads

/// Answers as the ingress does, from memory; the first attempt of every tenth request gets 503.
final class SampleIngress: HTTPHandler {
    private struct Memory {
        var calls = 0
        var bodies: [EventID: BodyHash] = [:]
    }

    private let memory = Monitor(Memory())

    /// The events that it has taken.
    var taken: Set<EventID> { memory.withLock { Set($0.bodies.keys) } }

    /// Runs one on a free port while `body` runs.
    static func run(_ body: (SampleIngress, String) throws -> Void) throws {
        let ingress = SampleIngress()
        var configuration = HTTPServerConfiguration()
        configuration.host = "127.0.0.1"
        configuration.port = 0
        let server = try HTTPServer(
            "ingress", configuration, log: .silent, metrics: Metrics(), handler: ingress)
        defer { server.stop(within: .seconds(1)) }
        try body(ingress, "http://127.0.0.1:\(server.port)/webhooks/telness")
    }

    func begin(
        _ head: borrowing HTTPRequestHead, _ exchange: HTTPExchange
    ) throws(HTTPProblem) -> HTTPNext {
        guard head.text(of: .apiKey) == "secret" else {
            return .respond(HTTPResponse(status: 401, text: "no"))
        }
        return .readBody(limit: 1 << 20)
    }

    func finish(
        _ head: borrowing HTTPRequestHead, _ exchange: HTTPExchange, _ body: consuming PaddedBytes
    ) throws(HTTPProblem) {
        let scanner = EventScanner(catalogue: .shipped)
        let result = scanner.scan(body, receivedAt: Timestamp(seconds: 4_000_000_000))
        exchange.respond(memory.withLock { answer(result, &$0) })
    }

    private func answer(_ result: ScanResult, _ memory: inout Memory) -> HTTPResponse {
        memory.calls += 1
        if memory.calls % 10 == 1 { return HTTPResponse(status: 503, text: "later") }
        switch result {
        case .malformed: return HTTPResponse(status: 400, text: "no")
        case .outOfMemory: return HTTPResponse(status: 503, text: "memory")
        case .quarantine: return reply("quarantined", isDuplicate: false)
        case .event(let event):
            let before = memory.bodies[event.eventID]
            if let before, before != event.bodyHash {
                return reply("quarantined", isDuplicate: false)
            }
            memory.bodies[event.eventID] = event.bodyHash
            return reply("accepted", isDuplicate: before != nil)
        }
    }

    private func reply(_ status: String, isDuplicate: Bool) -> HTTPResponse {
        var writer = JSONWriter()
        writer.object { object in
            object.field("status", status)
            object.field("duplicate", isDuplicate)
        }
        return HTTPResponse(.json, writer.bytes)
    }
}
