import Events
import HTTP
import JSON
import Store
import Testing

@testable import Query

struct EntityListTests {
    private let fixture: QueryFixture

    init() throws {
        fixture = try QueryFixture()
    }

    /// One page: the ids, and the cursor of the next one.
    private func page(
        _ question: ListQuestion, _ bounds: EntityList.Bounds = .init()
    ) throws -> (ids: [String], next: String?) {
        let reader = try StateReader.open(fixture.folder)
        let list = EntityList(reader: reader, check: FilterCheck(), bounds: bounds)
        let answer = try JSONNode(try list.page(question).bytes)
        return (answer["entities"].elements.compactMap { $0["id"].text }, answer["next"].text)
    }

    private func question(limit: Int = 100, cursor: String? = nil) -> ListQuestion {
        ListQuestion(entity: "thing", limit: limit, cursor: cursor)
    }

    @Test func `pages have every entity once, whatever is written in between`() throws {
        func id(_ number: Int) -> String { "thing-\(1_000 + number)" }
        // What is there all the while has an even number.
        try fixture.apply((0..<50).map { SampleEvent(id: id($0 * 2), number: $0) })
        var seen: [String] = []
        var cursor: String?
        var round = 0
        repeat {
            let (ids, next) = try page(question(limit: 7, cursor: cursor))
            seen += ids
            cursor = next
            round += 1
            // New ones before and behind the cursor, and changes of those that were there.
            let new = SampleEvent(id: id(round * 13 % 100 | 1), second: round, number: 500 + round)
            let old = SampleEvent(id: id(round * 14 % 100), second: round, number: 900 + round)
            try fixture.apply([new, old])
        } while cursor != nil
        #expect(round >= 8)
        #expect(seen == seen.sorted())
        #expect(Set(seen).count == seen.count)
        let steady = Set((0..<50).map { id($0 * 2) })
        #expect(steady.isSubset(of: seen))
    }

    @Test func `pages go on in another generation where the last one ended`() throws {
        let events = (0..<30).map { SampleEvent(id: "thing-\(100 + $0)", number: $0) }
        try fixture.apply(events)
        let first = try page(question(limit: 10))
        // Rows of other numbers, one of the entities gone and two new.
        let others = [SampleEvent(id: "thing-105a", number: 50), SampleEvent(id: "thing-115a")]
        try fixture.swap(to: others + events.reversed().filter { $0.id != "thing-120" })
        let second = try page(question(limit: 10, cursor: first.next))
        let third = try page(question(limit: 20, cursor: second.next))
        #expect(third.next == nil)
        let expected = (events.map(\.id) + ["thing-115a"]).filter { $0 != "thing-120" }.sorted()
        #expect(first.ids + second.ids + third.ids == expected)
    }

    @Test func `a page does so much work and no more, and the next goes on`() throws {
        try fixture.apply((0..<30).map { SampleEvent(id: "thing-\(100 + $0)", number: $0) })
        var bounds = EntityList.Bounds()
        bounds.time = .max / 2
        bounds.rows = 12
        var counts: [Int] = []
        var cursor: String?
        repeat {
            let (ids, next) = try page(question(cursor: cursor), bounds)
            counts.append(ids.count)
            cursor = next
        } while cursor != nil
        #expect(counts == [12, 12, 6])
        // Without any time a page still comes on by one, and the bytes end one too.
        bounds.time = 0
        #expect(try page(question(), bounds).ids == ["thing-100"])
        bounds.time = .max / 2
        bounds.bytes = 1
        #expect(try page(question(), bounds).ids == ["thing-100"])
    }

    @Test func `what nothing meets is looked up at once, and few among many are too`() throws {
        try fixture.apply(
            (0..<300).map {
                SampleEvent(
                    id: "thing-\(100 + $0)", number: $0,
                    fields: #""state":"\#($0 == 170 ? "RARE" : "NEW")","size":1"#)
            })
        var bounds = EntityList.Bounds()
        bounds.time = .max / 2
        bounds.rows = 2
        bounds.entries = 10
        func filtered(_ filters: [(String, String)]) throws -> ListQuestion {
            var filtered = question()
            filtered.filters = try filters.map {
                Filter(path: try #require(JSONPath($0.0)), text: $0.1)
            }
            return filtered
        }
        let none = try page(filtered([("state", "GONE")]), bounds)
        #expect(none.ids.isEmpty && none.next == nil)
        let both = try filtered([("size", "1"), ("state", "RARE")])
        let rare = try page(both, bounds)
        #expect(rare.ids == ["thing-270"] && rare.next == nil)
        var since = both
        since.updatedSince = PointInTime("2026-01-01T00:00:00Z")
        #expect(try page(since, bounds).ids == ["thing-270"])
    }

    @Test func `a cursor of the lists belongs to its generation`() throws {
        let events = (0..<5).map { SampleEvent(id: "thing-\($0)", number: $0) }
        try fixture.apply(events)
        for isFiltered in [true, false] {
            var list = question(limit: 2)
            if isFiltered {
                list.filters = [Filter(path: try #require(JSONPath("state")), text: "NEW")]
            } else {
                list.updatedSince = PointInTime("2026-01-01")
            }
            list.cursor = try page(list).next
            #expect(try page(list).ids == ["thing-2", "thing-3"])
            try fixture.swap(to: events)
            let failure = #expect(throws: QueryFailure.self) { try page(list) }
            #expect(failure?.problem.status == 410)
        }
    }

    @Test func `those that changed since a time are those whose newest event is not older`() throws
    {
        try fixture.apply([
            SampleEvent(id: "a", second: 10, number: 1),
            SampleEvent(id: "b", second: 20, number: 2),
            SampleEvent(id: "c", second: 30, number: 3),
            // Arrived last, and changed nothing.
            SampleEvent(id: "a", second: 5, number: 4),
        ])
        var since = question()
        since.updatedSince = PointInTime("2026-01-01T00:00:20Z")
        #expect(try page(since).ids == ["b", "c"])
    }

    @Test func `a cursor belongs to its filters`() throws {
        try fixture.apply((0..<3).map { SampleEvent(id: "thing-\($0)", number: $0) })
        let first = try page(question(limit: 1))
        var other = question(limit: 2, cursor: first.next)
        #expect(try page(other).ids == ["thing-1", "thing-2"])
        other.updatedSince = PointInTime("2026-01-01")
        #expect(throws: QueryFailure.self) { try page(other) }
        #expect(throws: QueryFailure.self) { try page(question(cursor: "nonsense")) }
    }
}
