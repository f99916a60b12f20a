import Consumer
import Events
import Store
import Testing

@Suite struct PartitionReadingTests {
    private let hash = BodyHash(high: 1, low: 2)
    private let other = BodyHash(high: 3, low: 4)
    private var last: LastRecord { LastRecord(offset: 9, eventID: nil, hash: hash) }

    private func reading() -> PartitionReading {
        PartitionReading(next: 10, last: last)
    }

    @Test func `a new partition is read from its beginning`() {
        var reading = PartitionReading()
        #expect(reading.start == nil)
        #expect(reading.meet(offset: 3, hash: nil) == .apply)
        reading.applied(LastRecord(offset: 3, eventID: nil, hash: nil))
        #expect(reading.next == 4)
        #expect(reading.meet(offset: 3, hash: nil) == .pass)
        #expect(reading.meet(offset: 7, hash: nil) == .apply)
    }

    @Test func `reading goes on once the last record came as it was`() {
        var reading = reading()
        #expect(reading.start == 9)
        #expect(reading.meet(offset: 9, hash: hash) == .pass)
        #expect(reading.phase == .reading)
        #expect(reading.meet(offset: 10, hash: other) == .apply)
    }

    @Test func `another record in its place stops the partition for good`() {
        var reading = reading()
        #expect(reading.meet(offset: 9, hash: other) == .stop(.replaced(offset: 9)))
        #expect(reading.stopReason == .replaced(offset: 9))
        #expect(reading.meet(offset: 10, hash: hash) == .pass)
        #expect(reading.reachEnd(20) == nil)
        #expect(reading.next == 10)
        #expect(reading.leaveRange(start: 0, end: 20) == .stop(.replaced(offset: 9)))
    }

    @Test func `a tombstone in place of a value is another record`() {
        var reading = reading()
        #expect(reading.meet(offset: 9, hash: nil) == .stop(.replaced(offset: 9)))
    }

    @Test func `no record in its place stops the partition`() {
        var reading = reading()
        #expect(reading.meet(offset: 11, hash: hash) == .stop(.missing(offset: 9)))
    }

    @Test(arguments: [
        (Int64(9), StopReason.shorter(end: 9, next: 10)), (10, .missing(offset: 9)),
        (12, .missing(offset: 9)),
    ])
    func `the end before the last record stops the partition`(end: Int64, reason: StopReason) {
        var reading = reading()
        #expect(reading.reachEnd(end) == reason)
        #expect(reading.stopReason == reason)
    }

    @Test func `the end moves the next offset past what is never delivered`() {
        var reading = reading()
        _ = reading.meet(offset: 9, hash: hash)
        #expect(reading.reachEnd(12) == nil)
        #expect(reading.next == 12)
        #expect(reading.last == last)
        #expect(reading.reachEnd(11) == nil)
        #expect(reading.next == 12)
    }

    @Test func `what retention took after it was applied is no gap`() {
        var reading = reading()
        #expect(reading.leaveRange(start: 10, end: 20) == .read(from: 10))
        #expect(reading.phase == .reading)
        #expect(reading.meet(offset: 10, hash: other) == .apply)
    }

    @Test func `what is gone before it was applied is a gap`() {
        var reading = reading()
        #expect(reading.leaveRange(start: 11, end: 20) == .stop(.gap(next: 10, start: 11)))
        var fresh = PartitionReading(next: 5)
        #expect(fresh.leaveRange(start: 6, end: 20) == .stop(.gap(next: 5, start: 6)))
    }

    @Test func `a partition that ends before what was applied was made again`() {
        var reading = reading()
        #expect(reading.leaveRange(start: 0, end: 5) == .stop(.shorter(end: 5, next: 10)))
    }

    @Test func `an offset that is in range after all is read again`() {
        var reading = reading()
        #expect(reading.leaveRange(start: 0, end: 20) == .read(from: 9))
        #expect(reading.phase == .checking(last))
    }

    @Test func `after a lost connection the last record is looked at again`() {
        var reading = reading()
        #expect(reading.checkAgain() == false)
        _ = reading.meet(offset: 9, hash: hash)
        #expect(reading.checkAgain() == true)
        #expect(reading.start == 9)
        #expect(reading.meet(offset: 8, hash: other) == .pass)
        #expect(reading.meet(offset: 9, hash: other) == .stop(.replaced(offset: 9)))
        #expect(reading.checkAgain() == false)
        var empty = PartitionReading()
        let isChecked = empty.checkAgain()
        #expect(isChecked == false)
    }

    @Test(arguments: [
        StopReason.replaced(offset: 7), .missing(offset: 7), .shorter(end: 7, next: 8),
        .gap(next: 7, start: 9), .gone(partitions: 7),
    ])
    func `a reason says what happened and what to do`(reason: StopReason) {
        #expect("\(reason)".contains("7"))
        #expect("\(reason)".contains("new state folder"))
    }
}
