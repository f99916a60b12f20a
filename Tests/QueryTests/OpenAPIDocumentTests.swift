import HTTPClient
import Kafka
import Testing

@testable import Query

@Suite(.timeLimit(.minutes(5)))
struct OpenAPIDocumentTests {
    private let document: JSONNode

    init() throws {
        document = try JSONNode(OpenAPIDocument.bytes)
    }

    @Test func `every answer is as the document says`() throws {
        let fixture = try QueryFixture()
        try fixture.apply([
            SampleEvent(second: 1, number: 1, fields: #""state":"NEW","odd":[1,{"x":null}]"#),
            SampleEvent(type: "thing.reset", second: 2, number: 2), SampleEvent(number: 1),
        ])
        let status = ServiceStatus(
            reasons: ["a reason"], rate: 0.25, ends: [TopicPartition("thing.changed", 1): 3])
        let check = SchemaCheck(document: document)
        let list = "/entities/{entity}"
        let entity = "/entities/{entity}/{id}"
        try fixture.serving(status: status) { client in
            for (path, template) in [
                ("/entities/thing", list), ("/entities/thing?limit=1&state=NEW", list),
                ("/entities/thing?colour=x", list), ("/entities/thing/thing-1", entity),
                ("/entities/thing/thing-1?explain=true", entity), ("/entities/thing/no", entity),
                ("/entities/thing/thing-1?at=2020-01-01", entity),
                ("/entities/thing/thing-1/history", "\(entity)/history"),
                ("/entities/thing/thing-1/history?limit=1&at=2026-02-01", "\(entity)/history"),
                ("/entities/thing/no/history", "\(entity)/history"), ("/status", "/status"),
                ("/openapi.json", "/openapi.json"),
            ] {
                let reply = try client.get(path)
                let problems = check.problems(
                    path: template, status: reply.status,
                    contentType: reply["content-type"] ?? "", try JSONNode(reply.body))
                #expect(problems.isEmpty, "\(path): \(problems)")
            }
        }
    }

    @Test func `an answer that is not as it says is noticed`() throws {
        let check = SchemaCheck(document: document)
        func problems(_ path: String, _ text: String) throws -> Int {
            check.problems(
                path: path, status: 200, contentType: "application/json",
                try JSONNode(Array(text.utf8))
            ).count
        }
        let entity = "/entities/{entity}/{id}"
        let newest =
            #"{"eventId":"00000000-0000-4000-8000-000000000001","#
            + #""occurredAt":"2026-01-01T00:00:00Z","updatedAt":null}"#
        let good = #"{"entity":"a","id":"b","newest":\#(newest),"state":{}}"#
        #expect(try problems(entity, good) == 0)
        for (found, wrong) in [
            (#""id":"b""#, #""id":"""#), (#""id":"b""#, #""id":1"#), (#""id":"b""#, #""i":"b""#),
            ("00Z", "00"), ("0001", "001"), (#""state":{}"#, #""state":[]"#),
            (#""state":{}"#, #""state":{},"more":1"#),
        ] {
            #expect(try problems(entity, good.replacing(found, with: wrong)) > 0, "\(wrong)")
        }
    }

    @Test func `every reference leads somewhere, and every parameter says where it stands`() throws
    {
        var open = [document]
        var count = 0
        while let node = open.popLast() {
            open += node.elements + node.members.values
            guard let reference = node["$ref"].text else { continue }
            count += 1
            let target = reference.split(separator: "/").dropFirst().reduce(document) {
                $0[String($1)]
            }
            #expect(target != .null, "\(reference)")
        }
        #expect(count > 10)
        for parameter in document["components"]["parameters"].members.values {
            #expect(["path", "query", "header"].contains(parameter["in"].text ?? ""))
            #expect(parameter["schema"] != .null)
        }
    }
}
