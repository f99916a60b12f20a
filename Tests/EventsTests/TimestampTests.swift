import Events
import Testing

@Suite struct TimestampTests {
    @Test func `the present is after this was written`() {
        let now = Timestamp.now()
        #expect(now.seconds > 1_750_000_000)
        #expect(Timestamp.now() >= now)
    }

    @Test func `milliseconds go both ways, before 1970 too`() {
        for milliseconds: Int64 in [-1, 0, 1, -1000, -999, 1_700_000_000_123] {
            #expect(Timestamp(milliseconds: milliseconds).milliseconds == milliseconds)
        }
    }

    @Test func `differences count fractions`() {
        let early = Timestamp(seconds: 10, nanoseconds: 750_000_000)
        let late = Timestamp(seconds: 12, nanoseconds: 250_000_000)
        #expect(late.seconds(since: early) == 1.5)
        #expect(early.adding(seconds: 2) > late)
    }

    @Test func `instants sort by time`() {
        let sorted = [
            Timestamp(seconds: -2, nanoseconds: 5), Timestamp(seconds: -1),
            Timestamp(seconds: 0), Timestamp(seconds: 0, nanoseconds: 1), Timestamp(seconds: 1),
        ]
        #expect(sorted.reversed().sorted() == sorted)
    }
}
