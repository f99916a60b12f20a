import Events
import Testing

@Suite struct TimestampTests {
    @Test func `the present is after this was written`() {
        #expect(Timestamp.now().seconds > 1_750_000_000)
    }

    @Test func `milliseconds go both ways, before 1970 too`() {
        for milliseconds: Int64 in [-1, 0, 1, -1000, -999, 1_700_000_000_123] {
            #expect(Timestamp(milliseconds: milliseconds).milliseconds == milliseconds)
        }
    }
}
