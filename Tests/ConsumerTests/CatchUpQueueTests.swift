import Kafka
import Support
import Telemetry
import Testing
import Threads

@testable import Consumer

@Suite(.timeLimit(.minutes(10))) struct CatchUpQueueTests {
    private let queue = CatchUpQueue()

    private func end(_ number: Int64) -> CatchUpStep { .end([TopicPartition("t", 0): number]) }

    private func number(_ step: CatchUpStep?) -> Int64? {
        guard case .end(let reached) = step else { return nil }
        return reached.values.first
    }

    @Test func `steps come in their order, and nothing comes of nothing`() {
        #expect(queue.take(upTo: .zero) == nil)
        #expect(!queue.hasMore)
        for step in 1...2 { #expect(queue.put(end(Int64(step)))) }
        #expect(queue.hasMore)
        #expect(number(queue.take(upTo: .zero)) == 1)
        #expect(number(queue.take(upTo: .zero)) == 2)
        #expect(!queue.hasMore)
    }

    @Test func `whoever reads waits for room`() {
        let queue = queue
        let count = Int64(CatchUpQueue.limit) * 4
        let reader = Worker("test-reader") {
            for step in 1...count { _ = queue.put(.end([TopicPartition("t", 0): step])) }
        }
        for step in 1...count { #expect(number(queue.take(upTo: .seconds(30))) == step) }
        reader.join()
    }

    @Test func `whoever waits for room goes on when nobody wants any more`() {
        for step in 1...CatchUpQueue.limit { #expect(queue.put(end(Int64(step)))) }
        let queue = queue
        let answer = Monitor<Bool?>(nil)
        let reader = Worker("test-reader") {
            let isWanted = queue.put(.end([:]))
            answer.update { $0 = isWanted }
        }
        queue.close()
        reader.join()
        #expect(answer.withLock { $0 } == false)
        #expect(queue.isClosed)
    }
}
