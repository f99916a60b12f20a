import Testing

@testable import Threads

struct TimesTests {
    @Test func `the wall clock stands after this was written`() {
        let now = WallClock.now()
        #expect(now.seconds > 1_700_000_000)
        #expect((0..<1_000_000_000).contains(now.nanoseconds))
    }

    @Test func `the monotonic clock goes forward`() {
        let first = MonotonicClock.now()
        #expect(MonotonicClock.now() >= first)
    }
}
