import Testing

@testable import Consumer

struct AppliedRateTests {
    private let second: UInt64 = 1_000_000_000

    @Test func `the last ten seconds count, and those before do not`() {
        var rate = AppliedRate()
        #expect(rate.perSecond(at: 100 * second) == 0)
        for number in 100..<120 { rate.add(50, at: UInt64(number) * second + 7) }
        #expect(rate.perSecond(at: 119 * second + 9) == 50)
        #expect(rate.perSecond(at: 124 * second) == 25)
        #expect(rate.perSecond(at: 140 * second) == 0)
    }
}
