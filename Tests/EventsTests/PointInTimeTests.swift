import Events
import Testing

struct PointInTimeTests {
    @Test(arguments: [
        ("2026-11-20T10:00:00Z", "2026-11-20T10:00:00Z"),
        ("2026-11-20T10:00:00.25+01:30", "2026-11-20T08:30:00.25Z"),
        ("2026-11-20", "2026-11-20T00:00:00Z, the beginning of that day in UTC"),
        ("2024-02-29", "2024-02-29T00:00:00Z, the beginning of that day in UTC"),
    ])
    func `a time is an instant, and a date says what is meant by it`(
        text: String, described: String
    ) throws {
        let point = try #require(PointInTime(text))
        #expect(point.description == described)
        #expect(point.isDate == (text.utf8.count == 10))
    }

    @Test(arguments: [
        "", "2026-11-20T10:00:00", "2026-11", "2026-02-29", "2026-11-20Z", "2026-11-20 ",
        "20261120", "yesterday", "2026-11-20T",
    ])
    func `anything else is none`(text: String) {
        #expect(PointInTime(text) == nil)
    }

    @Test func `a date and its midnight in UTC are the same instant`() {
        #expect(
            PointInTime("2026-11-20")?.instant
                == PointInTime("2026-11-20T02:00:00+02:00")?.instant)
    }
}
