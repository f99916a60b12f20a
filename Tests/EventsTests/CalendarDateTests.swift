import Testing

@testable import Events

@Suite struct CalendarDateTests {
    @Test func `days count through every day of 10,000 years`() {
        var date = CalendarDate(year: 0, month: 1, day: 1)
        var day = date.daysSince1970
        #expect(day == -719_528)
        while date.year < 10_000 {
            // Every day near the ends of months, every ninth else: a million checks are slow.
            let step: Int64 = date.day > 20 ? 1 : 9
            guard date.daysSince1970 == day, CalendarDate(daysSince1970: day) == date else {
                Issue.record("\(date)")
                return
            }
            day += step
            date.day += step
            if date.day > date.daysInMonth {
                date.day -= date.daysInMonth
                date.month += 1
            }
            if date.month > 12 { date = CalendarDate(year: date.year + 1, month: 1, day: date.day) }
        }
        #expect(CalendarDate(daysSince1970: 0) == CalendarDate(year: 1970, month: 1, day: 1))
    }
}
