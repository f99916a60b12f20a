import Events
import HTTP
import JSON
import Store
import Testing

@testable import Query

struct EntityAnswersTests {
    private let fixture: QueryFixture
    private let name = EntityName("thing", "thing-1")

    init() throws {
        fixture = try QueryFixture()
    }

    private func history(_ question: HistoryQuestion) throws -> JSONNode {
        let answers = EntityAnswers(reader: try StateReader.open(fixture.folder))
        return try JSONNode(try answers.history(of: name, question).bytes)
    }

    private func offsets(_ answer: JSONNode) -> [Double] {
        answer["events"].elements.compactMap { $0["offset"].double }
    }

    @Test func `a history comes in pages, in the order of arrival and with duplicates`() throws {
        let events = [3, 1, 2, 1, 4].map { SampleEvent(second: $0, number: $0) }
        try fixture.apply(events)
        let first = try history(HistoryQuestion(limit: 2))
        #expect(offsets(first) == [0, 1])
        try fixture.apply(SampleEvent(second: 9, number: 9))
        var seen = offsets(first)
        var cursor = first["next"].text
        while let next = cursor {
            let page = try history(HistoryQuestion(limit: 2, cursor: next))
            seen += offsets(page)
            cursor = page["next"].text
        }
        #expect(seen == [0, 1, 2, 3, 4, 5])
        let outcomes = try history(HistoryQuestion())["events"].elements.map { $0["outcome"].text }
        #expect(
            outcomes == ["applied", "stale", "stale", "duplicate", "applied", "applied"])
    }

    @Test func `as of a time it has what had occurred by then`() throws {
        try fixture.apply([3, 1, 2, 4].map { SampleEvent(second: $0, number: $0) })
        let time = PointInTime("2026-01-01T00:00:02Z")
        let page = try history(HistoryQuestion(at: time, limit: 1))
        #expect(offsets(page) == [1])
        #expect(page["at"].text == "2026-01-01T00:00:02Z")
        let cursor: String = try #require(page["next"].text)
        let next = try history(HistoryQuestion(at: time, limit: 10, cursor: cursor))
        #expect(offsets(next) == [2])
        #expect(next["next"] == .null)
    }

    @Test func `a cursor of another generation is gone`() throws {
        try fixture.apply((1...3).map { SampleEvent(second: $0, number: $0) })
        let cursor = PageCursor(of: "thing\nthing-1\n", after: Array("1/000002".utf8)).text
        let error = #expect(throws: QueryFailure.self) {
            try history(HistoryQuestion(cursor: cursor))
        }
        #expect(error?.problem.status == 410)
        let wrong = #expect(throws: QueryFailure.self) {
            try history(HistoryQuestion(cursor: PageCursor(of: "x", after: []).text))
        }
        #expect(wrong?.problem.status == 400)
    }
}
