import Testing

@testable import Journal

struct ArrivalTimesTests {
    @Test func `a burst is one mark`() {
        var times = ArrivalTimes()
        for sequence in 1...1000 as ClosedRange<UInt64> { times.append(sequence, seconds: 5) }
        times.append(1001, seconds: 6)
        #expect(
            times.marks(upTo: .max) == [
                .init(sequence: 1, seconds: 5), .init(sequence: 1001, seconds: 6),
            ])
        #expect(times.time(of: 1000) == 5)
        #expect(times.time(of: 1001) == 6)
        #expect(times.marks(upTo: 1000).count == 1)
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
        times.removeLast(5000)
        #expect(times.time(of: 5000) == 4999)
    }
}
