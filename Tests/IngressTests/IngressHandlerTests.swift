import Events
import HTTP
import Journal
import Support
import Telemetry
import Testing

@testable import Ingress

/// The table of answers, row by row, against the running server.
@Suite(.timeLimit(.minutes(10)))
struct IngressHandlerTests {
    private let fixture: IngressFixture
    private let client: RawConnection

    init() throws {
        fixture = try IngressFixture()
        client = try fixture.connect()
    }

    private func post(_ body: String) throws -> RawResponse {
        client.send(Post(body).bytes)
        return try client.response()
    }

    @Test func `a body that there is no memory for is refused for now`() {
        let problem = #expect(throws: HTTPProblem.self) {
            _ = try Webhook(
                .outOfMemory, receivedAt: .now(), traceparent: nil, apiKeyName: "test")
        }
        #expect(problem?.status == 503)
        #expect(problem.map { "\($0.reason)" } == "memory")
    }

    /// The answer to what is refused: the problem's kind, nothing kept, and the server serves on.
    private func expectRefusal(_ request: [UInt8], _ status: Int, _ reason: String) throws {
        client.send(request)
        let response = try client.response()
        #expect(response.status == status)
        #expect(response["content-type"] == "application/problem+json")
        #expect(response.body.hasPrefix("{\"type\":\"urn:hookline:problem:\(reason)\""))
        #expect(response.body.contains("\"requestId\":\""))
        #expect(!response.body.contains(IngressFixture.key))
        #expect(fixture.journal.durableSequence == 0)
        let count = "hookline_http_refusals_total{listener=\"ingress\",reason=\"\(reason)\"} 1"
        #expect(fixture.metrics.render().contains(count))
        let next = try fixture.connect()
        next.send(Post(Body.event(1)).bytes)
        #expect(try next.response().status == 200)
    }

    // MARK: - 200

    @Test func `an event is taken, and on disk as it came`() throws {
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        let request = Post(Body.event(1)).with("traceparent", "traceparent: \(trace)")
        client.send(request.bytes)
        let response = try client.response()
        #expect(response.status == 200)
        #expect(response["content-type"] == "application/json")
        #expect(
            response.body
                == #"{"eventId":"\#(Body.id(1))","status":"accepted","duplicate":false,"position":1}"#
        )
        let record = try #require(try fixture.records().first)
        #expect(record.body == Array(Body.event(1).utf8))
        #expect(record.entry.kind == .event)
        #expect(record.entry.type == "order.updated")
        #expect(record.entry.key == "order-1")
        #expect(record.entry.eventIDText == Body.id(1))
        #expect(record.entry.traceparent == trace)
        #expect(record.entry.apiKeyName == "new")
    }

    @Test func `all documented webhooks are taken`() throws {
        for (index, type) in Fixture.types.enumerated() {
            let body = try Fixture.body(type, eventID: Body.id(index), key: "id-\(index)")
            client.send(Post(body).bytes)
            let response = try client.response()
            #expect(response.status == 200)
            #expect(response.body.contains(#""status":"accepted""#))
        }
        let records = try fixture.records()
        #expect(records.map(\.entry.type) == Fixture.types)
        #expect(records.map(\.entry.key) == ["id-0", "id-1", "id-2", "id-3"])
    }

    @Test func `the same again is a duplicate with the first one's place, and not kept`() throws {
        #expect(try post(Body.event(1)).body.contains(#""duplicate":false,"position":1}"#))
        #expect(try post(Body.event(2)).body.contains(#""duplicate":false,"position":2}"#))
        let again = try post(Body.event(1))
        #expect(again.status == 200)
        #expect(again.body.hasSuffix(#""status":"accepted","duplicate":true,"position":1}"#))
        #expect(fixture.journal.durableSequence == 2)
        let count = "hookline_ingress_webhooks_total{outcome=\"duplicate\"} 1"
        #expect(fixture.metrics.render().contains(count))
    }

    @Test func `the same sent on two connections at once is kept once`() throws {
        for round in 1...20 {
            let clients = try (0..<2).map { _ in try fixture.connect() }
            for client in clients { client.send(Post(Body.event(round)).bytes) }
            let bodies = try clients.map { try $0.response().body }
            #expect(bodies.filter { $0.contains(#""duplicate":true"#) }.count == 1)
            #expect(bodies.allSatisfy { $0.hasSuffix("\"position\":\(round)}") })
        }
        #expect(fixture.journal.durableSequence == 20)
    }

    @Test func `another body for an accepted event is a conflict, held once`() throws {
        _ = try post(Body.event(1))
        let other = Body.event(1, data: #"{"orderId":"order-2"}"#)
        let response = try post(other)
        #expect(response.status == 200)
        #expect(
            response.body
                == #"{"eventId":"\#(Body.id(1))","status":"quarantined","reason":"conflict","#
                + #""duplicate":false,"position":2}"#)
        #expect(
            try post(other).body.hasSuffix(#""reason":"conflict","duplicate":true,"position":2}"#))
        #expect(fixture.journal.durableSequence == 2)
    }

    @Test func `the same eventId under another type is another event, and counted`() throws {
        _ = try post(Body.event(1))
        let response = try post(Body.event(1, type: "order.submitted"))
        #expect(response.body.contains(#""status":"accepted","duplicate":false,"position":2"#))
        let count = "hookline_ingress_event_id_under_another_type_total 1"
        #expect(fixture.metrics.render().contains(count))
    }

    @Test(arguments: [
        (#"{}"#, "envelope"),
        (#"[]"#, "envelope"),
        (#"7"#, "envelope"),
        (Body.event(1, occurredAt: "yesterday"), "envelope"),
        (Body.event(1, data: "7"), "envelope"),
        (Body.event(1, type: "customer.created"), "type"),
        (Body.event(1, data: "{}"), "key"),
        (Body.event(1, data: #"{"orderId":""}"#), "key"),
        (Body.event(1, data: #"{"orderId":"a","orderId":"b"}"#), "ambiguous"),
        (Body.event(1, occurredAt: "9999-01-01T00:00:00Z"), "future"),
        (Body.event(1, data: #"{"orderId":"a","n":1e400}"#), "number"),
        (String(repeating: "[", count: 1_100) + String(repeating: "]", count: 1_100), "depth"),
    ])
    func `what is JSON and no usable event is held, once`(body: String, reason: String) throws {
        let first = try post(body)
        #expect(first.status == 200)
        #expect(
            first.body.contains(#""status":"quarantined","reason":"\#(reason)","duplicate":false"#))
        let second = try post(body)
        #expect(second.status == 200)
        #expect(second.body.contains(#""reason":"\#(reason)","duplicate":true,"position":1"#))
        let record = try #require(try fixture.records().first)
        #expect(record.body == Array(body.utf8))
        #expect(record.entry.kind == .quarantined(QuarantineReason(rawValue: reason) ?? .refused))
        let count = "hookline_ingress_quarantined_total{reason=\"\(reason)\"} 1"
        #expect(fixture.metrics.render().contains(count))
    }

    @Test func `an eventId that could not be read is null in the answer`() throws {
        #expect(try post("{}").body.hasPrefix(#"{"eventId":null,"status":"quarantined""#))
    }

    @Test(arguments: [
        "application/json", "Application/JSON", "application/json; charset=utf-8",
        "application/json;charset=\"UTF-8\"", "application/json ; version=1",
    ])
    func `JSON is taken under its names`(type: String) throws {
        client.send(
            Post(Body.event(1)).with("Content-Type", "Content-Type: \(type)").bytes)
        #expect(try client.response().status == 200)
    }

    @Test func `a query, another key, identity and no content type at all are taken`() throws {
        var request = Post(Body.event(1)).with("X-Api-Key", "x-api-key: other-key")
        request = request.with("Content-Type", "Content-Encoding: identity")
        request.target += "?from=test"
        client.send(request.bytes)
        #expect(try client.response().status == 200)
        #expect(try fixture.records().map(\.entry.apiKeyName) == ["old"])
    }

    // MARK: - Refusals

    @Test func `no key is refused`() throws {
        try expectRefusal(
            Post(Body.event(1)).with("X-Api-Key", nil).bytes, 401, "key-missing")
    }

    @Test(arguments: ["", "x", "a-key-of-the-test", "a-key-of-the-testsx", "A-KEY-OF-THE-TESTS"])
    func `a wrong key is refused`(key: String) throws {
        try expectRefusal(
            Post(Body.event(1)).with("X-Api-Key", "X-Api-Key: \(key)").bytes, 401, "key-wrong")
    }

    @Test(arguments: [
        "", " ", "{", #"{"eventId":"#, "nonsense", "{} {}", "{}x", #"{"a":"\q"}"#, "{'a':1}",
        "trux",
    ])
    func `what is no JSON is refused`(body: String) throws {
        try expectRefusal(Post(body).bytes, 400, "json")
    }

    @Test func `what is no UTF-8 is refused`() throws {
        let body = Array(#"{"a":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8)
        try expectRefusal(Post(body).bytes, 400, "json")
    }

    @Test(arguments: [
        "text/plain", "application/x-www-form-urlencoded", "application/jsonp", "application",
        "application/json; charset=iso-8859-1", "application/cloudevents+json",
    ])
    func `another content type is refused`(type: String) throws {
        let request = Post(Body.event(1)).with("Content-Type", "Content-Type: \(type)")
        try expectRefusal(request.bytes, 415, "content-type")
    }

    @Test(arguments: ["gzip", "br", "identity, gzip"])
    func `another content encoding is refused`(encoding: String) throws {
        let request = Post(Body.event(1)).with("None", "Content-Encoding: \(encoding)")
        try expectRefusal(request.bytes, 415, "content-encoding")
    }

    @Test(arguments: ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "post", "BREW"])
    func `another method is refused, with the one that is allowed`(method: String) throws {
        var request = Post(Body.event(1))
        request.method = method
        client.send(request.bytes)
        let response = try client.response()
        #expect(response.status == 405)
        #expect(response["allow"] == "POST")
        #expect(fixture.journal.durableSequence == 0)
    }

    @Test(arguments: ["/", "/webhooks", "/webhooks/telness/", "/webhooks/teln%65ss", "*"])
    func `another path is refused`(target: String) throws {
        var request = Post(Body.event(1))
        request.target = target
        try expectRefusal(request.bytes, 404, "path")
    }

    // MARK: - The body limit

    @Test func `a body of exactly the limit is taken, in one piece or in chunks`() throws {
        client.send(Post(Body.event(1, bytes: 1 << 20)).bytes)
        #expect(try client.response().status == 200)
        client.send(Post(Body.event(2, bytes: 1 << 20)).chunked(10_000))
        #expect(try client.response().status == 200)
        #expect(try fixture.records().map(\.body.count) == [1 << 20, 1 << 20])
    }

    @Test func `one byte more is refused`() throws {
        try expectRefusal(Post(Body.event(1, bytes: 1 << 20 + 1)).bytes, 413, "body-too-large")
    }

    @Test func `one byte more in chunks is refused`() throws {
        try expectRefusal(
            Post(Body.event(1, bytes: 1 << 20 + 1)).chunked(10_000), 413, "body-too-large")
    }

    @Test func `a body cut short leaves nothing`() throws {
        let half = try fixture.connect()
        half.send(Array(Post(Body.event(1)).bytes.dropLast(5)))
        half.close()
        #expect(try post(Body.event(2)).body.contains(#""position":1}"#))
    }

    @Test func `a chunked body that breaks the rules is refused, and nothing kept`() throws {
        var request = Post(Body.event(1)).chunked(50)
        request[request.count - 5] = UInt8(ascii: "x")
        client.send(request)
        #expect(try client.response().status == 400)
        #expect(fixture.journal.durableSequence == 0)
    }

    // MARK: - Not now

    @Test func `where the journal takes nothing more, the sender is to come again`() throws {
        fixture.stopJournal()
        let response = try post(Body.event(1))
        #expect(response.status == 503)
        #expect(response["retry-after"] == "1")
        #expect(response["connection"] == "close")
    }

    @Test(arguments: [AppendRefusal.noSpace, .full, .stopping, .failed])
    func `every refusal of the journal is 503 with a time to come again`(
        refusal: AppendRefusal
    ) throws {
        let problem = HTTPProblem(refusal)
        #expect(problem.status == 503)
        let header = try #require(problem.headers.first { $0.name == "Retry-After" })
        #expect((Int(header.value) ?? 0) >= 1)
    }
}
