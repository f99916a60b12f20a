import Events
import HTTP
import JSON
import Testing

@testable import Query

struct QuestionReaderTests {
    private let reader = QuestionReader(catalogue)

    private func read(
        _ path: String, _ parameters: (String, String)...
    ) throws(HTTPProblem) -> Question {
        try reader.question(path: path, parameters: parameters.map { (name: $0.0, value: $0.1) })
    }

    private func refusal(
        _ path: String, _ parameters: (String, String)...
    ) -> HTTPProblem? {
        do throws(HTTPProblem) {
            _ = try reader.question(
                path: path, parameters: parameters.map { (name: $0.0, value: $0.1) })
            return nil
        } catch {
            return error
        }
    }

    @Test func `each path is a question`() throws {
        #expect(try read("/openapi.json") == .document)
        #expect(try read("/status") == .status)
        let name = EntityName("thing", "a/b")
        #expect(try read("/entities/thing/a%2Fb") == .entity(name, at: nil, explain: false))
        #expect(try read("/entities/thing/a%2Fb/history") == .history(name, HistoryQuestion()))
        #expect(try read("/entities/thing") == .list(ListQuestion(entity: "thing")))
    }

    @Test func `parameters say which and as of when`() throws {
        let noon = PointInTime("2026-03-01T12:00:00+01:00")
        for text in ["2026-03-01T12:00:00+01:00", "2026-03-01T12:00:00 01:00"] {
            #expect(
                try read("/entities/thing/a", ("at", text), ("explain", ""))
                    == .entity(EntityName("thing", "a"), at: noon, explain: true))
        }
        var list = ListQuestion(entity: "thing")
        list.filters = [Filter(path: try #require(JSONPath("owner.name")), text: "me")]
        list.updatedSince = PointInTime("2026-03-01")
        list.limit = 5
        list.cursor = "c"
        #expect(
            try read(
                "/entities/thing", ("limit", "5"), ("owner.name", "me"), ("cursor", "c"),
                ("updatedSince", "2026-03-01")) == .list(list))
    }

    @Test(arguments: [
        "/", "", "*", "/entities", "/entities/", "/entities/thing/", "/entities/thing/a/",
        "/entities/thing/a/histories", "/entities/thing/a/history/x", "/status/", "//status",
    ])
    func `another path is not there`(path: String) {
        #expect(refusal(path)?.status == 404)
    }

    @Test func `an entity that the catalogue does not have is told, with those it has`() {
        let problem = refusal("/entities/order/1")
        #expect(problem?.status == 404)
        #expect(problem?.detail == "The catalogue knows other, thing.")
    }

    @Test func `an unknown filter is told, with those there are`() {
        let problem = refusal("/entities/thing", ("colour", "red"))
        #expect(problem?.status == 400)
        #expect(
            problem?.detail == "There is no parameter \"colour\" here; there are updatedSince, "
                + "limit, cursor. Fields to filter by: owner.name, parts.0.name, size, state.")
        #expect(refusal("/entities/other", ("state", "x"))?.detail.contains("no field") == true)
    }

    @Test(arguments: [
        ("/entities/thing", "limit", "0"), ("/entities/thing", "limit", "1001"),
        ("/entities/thing", "limit", "ten"), ("/entities/thing", "updatedSince", "noon"),
        ("/entities/thing/a", "at", "2026-02-30"), ("/entities/thing/a", "explain", "maybe"),
        ("/entities/thing/a", "limit", "1"), ("/status", "at", "2026-03-01"),
        ("/entities/thing/a/history", "explain", "true"),
    ])
    func `a parameter that is wrong, or has no place, is told`(
        path: String, name: String, value: String
    ) {
        let problem = refusal(path, (name, value))
        #expect(problem?.status == 400)
        #expect(problem?.detail.contains(name) == true)
    }

    @Test func `a parameter comes once, and an escape is whole`() {
        #expect(refusal("/entities/thing", ("state", "A"), ("state", "B"))?.status == 400)
        #expect(refusal("/entities/thing/%F")?.status == 400)
    }
}
