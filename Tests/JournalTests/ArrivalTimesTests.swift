import Testing

@testable import Journal

struct ArrivalTimesTests {
    @Test func `a burst is one mark`() {
        var times = ArrivalTimes()
        for sequence in 1...1000 as ClosedRange<UInt64> { times.append(sequence, seconds: 5) }
        times.append(1001, seconds: 6)
        #expect(times.time(of: 1000) == 5)
        #expect(times.time(of: 1001) == 6)
        #expect(times.times(of: 999..<1003) == [5, 5, 6, 6])
        #expect(times.first(at: 5) == 1)
        #expect(times.first(at: 6) == 1001)
        #expect(times.first(at: 7) == nil)
    }

    @Test func `without a record there is no time`() {
        let times = ArrivalTimes()
        #expect(times.time(of: 5) == nil)
        #expect(times.first(at: 0) == nil)
        #expect(times.times(of: 5..<7) == [0, 0])
    }

    @Test func `what comes after a clock was set back counts as come before that`() {
        var times = ArrivalTimes()
        times.append(1, seconds: 10)
        times.append(2, seconds: 1000)
        times.append(3, seconds: 20)
        #expect(times.time(of: 1) == 10)
        #expect(times.time(of: 3) == 1000)
        #expect(times.newest == 1000)
        times.append(4, seconds: 1001)
        #expect(times.time(of: 4) == 1001)
    }

    @Test func `what went is forgotten, and the rest keeps its time`() {
        var times = ArrivalTimes()
        for sequence in 1...5000 as ClosedRange<UInt64> {
            times.append(sequence, seconds: Int64(sequence))
        }
        for sequence in 1...4000 as ClosedRange<UInt64> {
            times.removeFirst(nowFirst: sequence + 1)
            #expect(times.oldest == Int64(sequence + 1))
        }
        #expect(times.time(of: 4500) == 4500)
        #expect(times.time(of: 5) == 4001)
        #expect(times.first(at: 0) == 4001)
        #expect(times.times(of: 4499..<4502) == [4499, 4500, 4501])
        times.removeLast(5000)
        #expect(times.time(of: 5000) == 4999)
    }
}
