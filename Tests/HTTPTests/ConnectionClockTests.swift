import Testing

@testable import HTTP

struct ConnectionClockTests {
    static let limits = ConnectionLimits(idle: 1, header: 20, body: 300, waiting: 4_000)

    @Test(arguments: ConnectionClock.Phase.allCases)
    func `a clock goes through 64 bits and back`(phase: ConnectionClock.Phase) {
        let clock = ConnectionClock(phase, since: 1 << 40, Self.limits)
        #expect(ConnectionClock(packed: clock.packed) == clock)
    }

    @Test func `a phase is over at its deadline and not before`() {
        let clock = ConnectionClock(.body, since: 1_000, Self.limits)
        #expect(!clock.isOver(at: 1_299))
        #expect(clock.isOver(at: 1_300))
    }

    @Test(arguments: [ConnectionClock.Phase.handling, .cut])
    func `no clock runs while a handler does, or after the cut`(phase: ConnectionClock.Phase) {
        #expect(!ConnectionClock(phase, since: 0, Self.limits).isOver(at: .max))
    }
}
