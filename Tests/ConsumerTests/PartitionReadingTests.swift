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
        #expect(reading.isNew == true)
        #expect(reading.meet(offset: 3, hash: nil) == .apply)
        reading.applied(LastRecord(offset: 3, eventID: nil, hash: nil))
        #expect(reading.next == 4)
        #expect(reading.start == 4)
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

    @Test func `the same bytes at another time are another record`() {
        let last = LastRecord(offset: 9, eventID: nil, hash: hash, timestamp: 5)
        var reading = PartitionReading(next: 10, last: last)
        var other = reading
        var untimed = reading
        #expect(reading.meet(offset: 9, hash: hash, timestamp: 5) == .pass)
        #expect(other.meet(offset: 9, hash: hash, timestamp: 6) == .stop(.replaced(offset: 9)))
        #expect(untimed.meet(offset: 9, hash: hash, timestamp: nil) == .pass)
    }

    @Test func `offsets that are skipped between two records are none that are missing`() {
        var reading = reading()
        _ = reading.meet(offset: 9, hash: hash)
        #expect(reading.meet(offset: 15, hash: nil) == .apply)
    }

    @Test func `a partition that begins is read from there, and loses nothing unseen after that`() {
        var reading = PartitionReading()
        reading.begin(at: 5)
        #expect(reading.start == 5)
        #expect(reading.isNew == false)
        #expect(reading.leaveRange(start: 7, end: 9) == .stop(.gap(next: 5, start: 7)))
    }

    @Test func `a partition that a topic has got since is awaited from its first record`() {
        var reading = PartitionReading(next: 0)
        #expect(reading.start == 0)
        #expect(reading.leaveRange(start: 2, end: 9) == .stop(.gap(next: 0, start: 2)))
    }

    @Test func `a new partition is no longer new once its end was seen`() {
        var reading = PartitionReading()
        #expect(reading.reachEnd(0) == nil)
        #expect(reading.isNew == false)
        #expect(reading.start == 0)
    }

    @Test func `what stopped for another reason is not checked, and is read no more`() {
        var reading = reading()
        #expect(reading.canBeChecked == false)
        #expect(reading.meet(offset: 9, hash: hash) == .pass)
        #expect(reading.canBeChecked)
        reading.stop(for: .gone(partitions: 2))
        #expect(reading.canBeChecked == false)
        #expect(reading.checkAgain() == false)
        #expect(reading.meet(offset: 11, hash: hash) == .pass)
        reading.stop(for: .missing(offset: 9))
        #expect(reading.stopReason == .gone(partitions: 2))
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
        #expect(reading.phase == .checking(last, then: nil))
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

    @Test func `a check looks for the anchor, then for the last record, and moves the anchor then`()
    {
        var reading = reading()
        _ = reading.meet(offset: 9, hash: hash)
        for offset: Int64 in 10...2000 {
            reading.applied(LastRecord(offset: offset, eventID: nil, hash: other))
        }
        #expect(reading.checkAgain() == true)
        #expect(reading.start == 9)
        var replaced = reading
        #expect(replaced.meet(offset: 9, hash: other) == .stop(.replaced(offset: 9)))
        #expect(reading.meet(offset: 9, hash: hash) == .passUpTo(2000))
        #expect(reading.start == 2000)
        #expect(reading.anchor == last, "the last record is not found yet")
        var half = reading
        #expect(half.meet(offset: 2000, hash: hash) == .stop(.replaced(offset: 2000)))
        #expect(reading.meet(offset: 2000, hash: other) == .pass)
        #expect(reading.meet(offset: 2001, hash: other) == .apply)
        #expect(reading.anchor?.offset == 2000)
        #expect(reading.checkAgain() == true)
        #expect(reading.start == 2000)
    }

    @Test func `a check that is not finished begins again at the anchor`() {
        let anchor = LastRecord(offset: 3, eventID: nil, hash: other)
        var reading = PartitionReading(next: 10, last: last, anchor: anchor)
        #expect(reading.start == 3)
        #expect(reading.meet(offset: 3, hash: other) == .pass)
        #expect(reading.start == 9)
        #expect(reading.anchor == anchor)
        let again = PartitionReading(next: 10, last: last, anchor: reading.anchor)
        #expect(again.start == 3)
    }

    @Test func `a partition that lost its end is found shorter behind the anchor`() {
        let anchor = LastRecord(offset: 3, eventID: nil, hash: other)
        for (end, reason) in [
            (Int64(9), StopReason.shorter(end: 9, next: 10)), (10, .missing(offset: 9)),
        ] {
            var reading = PartitionReading(next: 10, last: last, anchor: anchor)
            #expect(reading.meet(offset: 3, hash: other) == .pass)
            #expect(reading.reachEnd(end) == reason)
        }
        var reading = PartitionReading(next: 10, last: last, anchor: anchor)
        #expect(reading.reachEnd(2) == .shorter(end: 2, next: 10))
    }

    @Test func `an anchor that retention has removed is replaced by what comes next`() {
        let anchor = LastRecord(offset: 3, eventID: nil, hash: other)
        var reading = PartitionReading(next: 10, last: last, anchor: anchor)
        #expect(reading.leaveRange(start: 5, end: 20) == .read(from: 9))
        #expect(reading.meet(offset: 9, hash: hash) == .pass)
        #expect(reading.anchor == last)

        var both = PartitionReading(next: 10, last: last, anchor: anchor)
        #expect(both.leaveRange(start: 10, end: 20) == .read(from: 10))
        both.applied(LastRecord(offset: 10, eventID: nil, hash: hash))
        #expect(both.anchor?.offset == 10)
    }

    @Test func `a topic made again and filled past the next offset is found by the first check`() {
        var reading = PartitionReading(next: 0)
        reading.applied(LastRecord(offset: 0, eventID: nil, hash: hash))
        // From here on it is the new topic that is read, without a word from the client.
        reading.applied(LastRecord(offset: 1, eventID: nil, hash: other))
        #expect(reading.checkAgain() == true)
        #expect(reading.start == 0)
        #expect(reading.meet(offset: 0, hash: other) == .stop(.replaced(offset: 0)))
    }

    @Test func `whoever goes on after records are gone leaves out those`() {
        var reading = reading()
        _ = reading.leaveRange(start: 15, end: 20)
        let missing = reading.goOn()
        #expect(missing.first == 10)
        #expect(missing.end == 15)
        #expect(reading.start == 15)
        #expect(reading.meet(offset: 15, hash: nil) == .apply)
    }

    @Test func `whoever goes on in a partition that was made again reads it from its beginning`() {
        var reading = reading()
        _ = reading.meet(offset: 9, hash: other)
        let missing = reading.goOn()
        #expect(missing.first == 10)
        #expect(missing.end == nil)
        #expect(reading.start == 0)
        #expect(reading.last == nil)
        #expect(reading.meet(offset: 0, hash: nil) == .apply)
        reading.applied(LastRecord(offset: 0, eventID: nil, hash: hash))
        #expect(reading.checkAgain() == true)
        #expect(reading.start == 0)
    }

    @Test(arguments: [
        StopReason.replaced(offset: 7), .missing(offset: 7), .shorter(end: 7, next: 8),
        .gap(next: 7, start: 9), .gone(partitions: 7),
    ])
    func `a reason says what happened and what to do`(reason: StopReason) {
        #expect("\(reason)".contains("7"))
        #expect("\(reason)".contains("hookline replay --swap"))
        #expect("\(reason)".contains("consumer.onGap"))
    }
}
