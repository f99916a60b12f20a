import Testing

@testable import Publisher

@Suite struct StallWatchTests {
    private static let second: UInt64 = 1_000_000_000
    private var watch = StallWatch(limit: .seconds(30))
    private var now: UInt64 = 0

    /// Looks as often as the thread of reports does, up to this second.
    private mutating func look(upTo seconds: UInt64) {
        while now < seconds * Self.second {
            now += Self.second / 10
            watch.look(now: now)
        }
    }

    @Test mutating func `a record stands still if it waits too long and a later one arrived`() {
        look(upTo: 10)
        watch.noteAcknowledged(sentAt: 5 * Self.second)
        look(upTo: 29)
        #expect(watch.overdue == nil)
        look(upTo: 40)
        #expect(watch.overdue == 10 * Self.second)
        #expect(watch.stalled == 5 * Self.second - 1)
        look(upTo: 33 + 30)
        watch.noteAcknowledged(sentAt: 60 * Self.second)
        #expect(watch.stalled == 33 * Self.second)
    }

    @Test mutating func `where nothing arrives, nothing stands still`() {
        look(upTo: 100)
        #expect(watch.overdue == 70 * Self.second)
        #expect(watch.stalled == nil)
    }

    @Test mutating func `a pause of the process is no wait`() {
        look(upTo: 10)
        watch.noteAcknowledged(sentAt: 9 * Self.second)
        now += 80 * Self.second
        watch.look(now: now)
        #expect(watch.overdue == nil)
        look(upTo: 119)
        #expect(watch.stalled == nil)
        look(upTo: 120)
        #expect(watch.overdue == 90 * Self.second)
    }
}
