import Synchronization
import Testing

@testable import Threads

@Suite(.timeLimit(.minutes(10))) struct WorkerTests {
    @Test func `a worker has run its closure when it is joined`() {
        let ran = Atomic(0)
        let worker = Worker("test-worker") { ran.add(1, ordering: .relaxed) }
        worker.join()
        worker.join()
        #expect(ran.load(ordering: .relaxed) == 1)
    }

    @Test func `a worker that nobody keeps still runs`() {
        let done = Monitor(false)
        _ = Worker("forgotten") { done.update { $0 = true } }
        done.wait { $0 ? () : nil }
    }
}
