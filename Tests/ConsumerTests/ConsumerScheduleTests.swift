@testable import Consumer
import Testing

@Suite struct ConsumerScheduleTests {
    private let start: UInt64 = 1_000_000_000_000

    @Test func `partitions are looked at when it begins, every minute, and sooner on demand`() {
        var schedule = ConsumerSchedule()
        #expect(schedule.isRefreshDue(at: start) == true)
        schedule.hear(at: start + 55_000_000_000)
        #expect(schedule.isRefreshDue(at: start + 59_000_000_000) == false)
        #expect(schedule.isRefreshDue(at: start + 60_000_000_000) == true)
        schedule.refreshSoon(at: start + 60_000_000_000)
        #expect(schedule.isRefreshDue(at: start + 61_000_000_000) == false)
        #expect(schedule.isRefreshDue(at: start + 62_000_000_000) == true)
    }

    @Test func `silence is looked into`() {
        var schedule = ConsumerSchedule()
        #expect(schedule.isRefreshDue(at: start) == true)
        schedule.hear(at: start + 5_000_000_000)
        #expect(schedule.isRefreshDue(at: start + 14_000_000_000) == false)
        #expect(schedule.isRefreshDue(at: start + 15_000_000_000) == true)
        #expect(schedule.isRefreshDue(at: start + 16_000_000_000) == false)
        #expect(schedule.isRefreshDue(at: start + 25_000_000_000) == true)
    }

    @Test func `a check comes at once, and then not again for a while`() {
        var schedule = ConsumerSchedule()
        #expect(schedule.isCheckDue(at: start) == false)
        schedule.wantCheck()
        #expect(schedule.isCheckDue(at: start) == true)
        schedule.wantCheck()
        #expect(schedule.isCheckDue(at: start + 1) == false)
        #expect(schedule.isCheckDue(at: start + 10_000_000_000) == true)
        #expect(schedule.isCheckDue(at: start + 30_000_000_000) == false)
    }

    @Test func `a check comes every ten minutes without a reason`() {
        var schedule = ConsumerSchedule()
        #expect(schedule.isCheckDue(at: start) == false)
        #expect(schedule.isCheckDue(at: start + 599_000_000_000) == false)
        #expect(schedule.isCheckDue(at: start + 600_000_000_000) == true)
        #expect(schedule.isCheckDue(at: start + 700_000_000_000) == false)
        schedule.wantCheck()
        #expect(schedule.isCheckDue(at: start + 900_000_000_000) == true)
        #expect(schedule.isCheckDue(at: start + 1_300_000_000_000) == false)
        #expect(schedule.isCheckDue(at: start + 1_500_000_000_000) == true)
    }

    @Test func `offsets go to the group every second`() {
        var schedule = ConsumerSchedule()
        #expect(schedule.isUpkeepDue(at: start) == true)
        #expect(schedule.isUpkeepDue(at: start + 999_999_999) == false)
        #expect(schedule.isUpkeepDue(at: start + 1_000_000_000) == true)
    }
}
