import Testing

@testable import Consumer

struct PauseWatchTests {
    private static let second: UInt64 = 1_000_000_000

    private func watch() -> PauseWatch {
        PauseWatch(boot: 100 * Self.second, wall: 1_700_000_000)
    }

    @Test func `looks that come in time are no pause`() {
        var watch = watch()
        for second in 101...200 as ClosedRange<UInt64> {
            #expect(
                watch.lookCloser(boot: second * Self.second, wall: 1_699_999_900 + Int64(second))
                    == false)
        }
    }

    @Test func `a long time without a look is a pause until it is forgotten`() {
        var watch = watch()
        #expect(watch.look(boot: 104 * Self.second) == false)
        #expect(watch.look(boot: 110 * Self.second) == true)
        #expect(watch.look(boot: 110 * Self.second) == true, "until every partition is checked")
        watch.forget()
        #expect(watch.look(boot: 111 * Self.second) == false)
    }

    @Test(arguments: [60, -60] as [Int64])
    func `a wall clock that steps is a pause`(step: Int64) {
        var watch = watch()
        #expect(watch.lookCloser(boot: 101 * Self.second, wall: 1_700_000_001 + step) == true)
        watch.forget()
        #expect(watch.lookCloser(boot: 102 * Self.second, wall: 1_700_000_002 + step) == false)
    }

    @Test func `a boot clock that seems to go back is no pause`() {
        var watch = watch()
        #expect(watch.look(boot: 99 * Self.second) == false)
        #expect(watch.look(boot: 101 * Self.second) == false)
    }
}
