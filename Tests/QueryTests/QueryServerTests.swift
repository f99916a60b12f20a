import Events
import HTTP
import HTTPClient
import Kafka
import Store
import Support
import Telemetry
import Testing
import Threads

@testable import Query

@Suite(.timeLimit(.minutes(5)))
struct QueryServerTests {
    private let fixture: QueryFixture

    init() throws {
        fixture = try QueryFixture()
        try fixture.apply([
            SampleEvent(second: 1, number: 1, fields: #""state":"NEW","size":2.50"#),
            SampleEvent(second: 2, number: 2, fields: #""state":"DONE""#),
            SampleEvent(id: "a/b", second: 3, number: 3),
        ])
    }

    @Test func `an entity is its state, and on demand what set each field`() throws {
        try fixture.serving { client in
            #expect(
                try client.get("/entities/thing/thing-1").text
                    == #"{"entity":"thing","id":"thing-1","newest":{"eventId":"#
                    + #""00000000-0000-4000-8000-000000000002","#
                    + #""occurredAt":"2026-01-01T00:00:02Z","updatedAt":null},"#
                    + #""state":{"id":"thing-1","size":2.50,"state":"DONE"}}"#)
            let setBy = try client.json("/entities/thing/thing-1?explain")["setBy"]
            #expect(setBy["size"]["offset"].double == 0)
            #expect(setBy["state"]["offset"].double == 1)
            #expect(setBy["state"]["type"].text == "thing.changed")
            #expect(try client.json("/entities/thing/a%2Fb")["id"].text == "a/b")
        }
    }

    @Test func `a list is filtered and comes in pages`() throws {
        try fixture.serving { client in
            let done = try client.json("/entities/thing?state=DONE")
            #expect(done["entities"].elements.map { $0["id"].text } == ["thing-1"])
            let first = try client.json("/entities/thing?limit=1")
            #expect(first["entities"].elements.map { $0["id"].text } == ["a/b"])
            let cursor = try #require(first["next"].text)
            let second = try client.json("/entities/thing?limit=1&cursor=\(cursor)")
            #expect(second["entities"].elements.map { $0["id"].text } == ["thing-1"])
            #expect(try client.json("/entities/other")["entities"].elements.isEmpty)
            #expect(
                try client.json("/entities/thing?updatedSince=2026-01-01T00:00:03Z")["entities"]
                    .elements.map { $0["id"].text } == ["a/b"])
        }
    }

    @Test func `a client that has an answer is told so until it changes`() throws {
        try fixture.serving { client in
            for (second, path) in [
                "/entities/thing/thing-1", "/entities/thing/thing-1/history", "/entities/thing",
                "/openapi.json",
            ].enumerated() {
                let tag = try #require(try client.get(path)["etag"])
                let again = try client.get(path, [("If-None-Match", "\"x\", W/\(tag)")])
                #expect(again.status == 304)
                #expect(again.body.isEmpty)
                #expect(again["etag"] == tag)
                guard path.hasPrefix("/entities") else { continue }
                try fixture.apply(SampleEvent(second: 10 + second, number: 9))
                #expect(try client.get(path, [("If-None-Match", tag)]).status == 200)
            }
            #expect(try client.get("/status")["etag"] == nil)
        }
    }

    @Test func `HEAD is GET without the body, and other methods are not allowed`() throws {
        try fixture.serving { client in
            let body = try client.get("/entities/thing/thing-1").body
            let connection = try RawConnection(port: client.port)
            connection.send(
                "HEAD /entities/thing/thing-1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            let head = try connection.readToEnd()
            #expect(head.hasPrefix("HTTP/1.1 200 "))
            #expect(head.contains("Content-Length: \(body.count)\r\n"))
            #expect(head.hasSuffix("\r\n\r\n"))
            let post = try client.post("/entities/thing/thing-1")
            #expect(post.status == 405)
            #expect(post["allow"] == "GET, HEAD")
            #expect(try client.post("/nothing").status == 404)
        }
    }

    @Test func `what is not there and what is wrong are problems`() throws {
        try fixture.serving { client in
            for (path, status, type) in [
                ("/entities/thing/thing-9", 404, "unknown"), ("/entities/order/1", 404, "entity"),
                ("/entities/thing/thing-9/history", 404, "unknown"), ("/x", 404, "path"),
                ("/entities/thing?colour=red", 400, "parameter"),
                ("/entities/thing?cursor=x", 400, "cursor"),
                ("/entities/thing/%zz", 400, "path-escape"),
                ("/entities/thing/thing-1?at=2025-01-01", 404, "not-yet"),
            ] {
                let reply = try client.get(path)
                #expect(reply.status == status, "\(path): \(reply.text)")
                #expect(reply["content-type"] == "application/problem+json")
                #expect(
                    try JSONNode(reply.body)["type"].text == "urn:hookline:problem:\(type)",
                    "\(path): \(reply.text)")
            }
        }
    }

    @Test func `where there are keys nobody asks without one`() throws {
        let keys = try APIKeys(.init("there", text: "reader: a-long-enough-key"), log: .silent)
        try fixture.serving(keys: keys) { client in
            for path in ["/entities/thing", "/status", "/openapi.json", "/nothing"] {
                let reply = try client.get(path)
                #expect(reply.status == 401)
                #expect(reply["www-authenticate"] != nil)
                #expect(try client.get(path, [("X-Api-Key", "a-long-enough-kex")]).status == 401)
            }
            let right = [("X-Api-Key", "a-long-enough-key")]
            #expect(try client.get("/entities/thing", right).status == 200)
        }
    }

    @Test func `a question that waits for Kafka holds up no other, nor the end`() throws {
        try fixture.serving {
            $0.pastMilliseconds = 60_000
        } _: { client in
            // Nobody listens at that Kafka.
            let waiting = try RawConnection(port: client.port)
            waiting.send("GET /entities/thing/thing-1?at=2026-02-01 HTTP/1.1\r\nHost: h\r\n\r\n")
            for _ in 0..<20 {
                #expect(try client.get("/entities/thing/thing-1").status == 200)
            }
            // The end of the closure stops the server, which must not wait a minute.
        }
    }

    @Test func `Kafka that gives nothing in time is 503, and no partial answer`() throws {
        try fixture.serving {
            $0.pastMilliseconds = 200
        } _: { client in
            let reply = try client.get("/entities/thing/thing-1?at=2026-02-01")
            #expect(reply.status == 503)
            #expect(reply["retry-after"] == "5")
            #expect(try JSONNode(reply.body)["type"].text == "urn:hookline:problem:kafka-late")
        }
    }

    @Test func `the status is the store's and the service's`() throws {
        let status = ServiceStatus(
            reasons: ["consumer: waiting"], rate: 5, ends: [TopicPartition("thing.changed", 0): 9])
        try fixture.serving(status: status) { client in
            let answer = try client.json("/status")
            #expect(answer["reasons"].elements == [.string("consumer: waiting")])
            #expect(answer["generation"].text == "000001")
            #expect(answer["lag"].double == 9)
        }
    }
}
