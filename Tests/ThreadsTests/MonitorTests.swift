import Testing

@testable import Threads

@Suite(.timeLimit(.minutes(10))) struct MonitorTests {
    private struct Slot: ~Copyable {
        var item: Int?
    }

    @Test func `every item handed over arrives once and in order`() {
        let slot = Monitor(Slot())
        let producer = Worker("producer") {
            for item in 0..<1000 {
                slot.wait { $0.item == nil ? () : nil }
                slot.update { $0.item = item }
            }
        }
        var received: [Int] = []
        while received.count < 1000 {
            received.append(slot.wait { $0.item })
            slot.update { $0.item = nil }
        }
        producer.join()
        #expect(received == Array(0..<1000))
    }

    @Test func `a wait with a limit ends without an answer`() {
        let never = Monitor(0)
        #expect(never.wait(upTo: .milliseconds(5)) { $0 > 0 ? $0 : nil } == nil)
        #expect(never.wait(upTo: .seconds(-1)) { $0 == 0 ? "at once" : nil } == "at once")
    }

    @Test func `counting from two threads loses nothing`() {
        let count = Monitor(0)
        let workers = (0..<2).map { _ in
            Worker("counter") { for _ in 0..<10_000 { count.withLock { $0 += 1 } } }
        }
        for worker in workers { worker.join() }
        #expect(count.withLock { $0 } == 20_000)
    }

    private enum Refusal: Error { case no }

    @Test func `an error leaves the lock free, and comes out typed`() {
        let value = Monitor(1)
        #expect(throws: Refusal.no) {
            try value.update { (value) throws(Refusal) in
                value = 2
                throw .no
            }
        }
        #expect(value.withLock { $0 } == 2)
    }
}
