import Testing

@testable import Journal

struct DedupClockTests {
    private static let start: Int64 = 1_700_000_000

    private func moment(_ wall: Int64, monotonic seconds: Int64) -> Moment {
        Moment(seconds: Self.start + wall, monotonic: UInt64(seconds + 100) * 1_000_000_000)
    }

    private func clock(newestArrival: Int64? = start) -> DedupClock {
        DedupClock(newestArrival: newestArrival, at: moment(0, monotonic: 0))
    }

    @Test func `it follows a clock that is right`() {
        var clock = clock()
        for second in 1...1000 as ClosedRange<Int64> {
            clock.advance(to: moment(second, monotonic: second))
            #expect(clock.seconds == Self.start + second)
        }
    }

    @Test func `a step forward is caught up by a tenth, and a step back stands still`() {
        var clock = clock()
        for second in 1...1000 as ClosedRange<Int64> {
            clock.advance(to: moment(500_000 + second, monotonic: second))
        }
        #expect(clock.seconds == Self.start + 1100)
        clock.advance(to: moment(-500_000, monotonic: 2000))
        #expect(clock.seconds == Self.start + 1100)
        // What it could have run while it stood is not saved up.
        clock.advance(to: moment(500_000, monotonic: 2010))
        #expect(clock.seconds == Self.start + 1111)
    }

    @Test func `many small steps add up`() {
        var clock = clock()
        for millisecond in 1...10_000 as ClosedRange<UInt64> {
            let now = Moment(
                seconds: Self.start + Int64(millisecond / 1000),
                monotonic: 100_000_000_000 + millisecond * 1_000_000)
            clock.advance(to: now)
        }
        #expect(clock.seconds >= Self.start + 9)
    }

    @Test func `it starts at the newest record, unless that is yet to come`() {
        #expect(clock(newestArrival: Self.start - 300_000).seconds == Self.start - 300_000)
        #expect(clock(newestArrival: Self.start + 300_000).seconds == Self.start)
        #expect(clock(newestArrival: nil).seconds == Self.start)
    }

    @Test func `extreme clocks do not overflow`() {
        var clock = clock()
        clock.advance(to: Moment(seconds: 4_000_000_000, monotonic: .max))
        #expect(clock.seconds == 4_000_000_000)
        clock.advance(to: Moment(seconds: 0, monotonic: 0))
        #expect(clock.seconds == 4_000_000_000)
    }
}
