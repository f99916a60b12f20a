import Glibc
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

    /// The system answers EAGAIN where it has no room for the stack, as it does at a limit.
    private static let tooLarge = 1 << 46

    @Test func `a thread that the system refuses is an error that says what to do`() {
        let error = #expect(throws: ThreadError.self) {
            _ = try Worker(ifPossible: "large", stackBytes: Self.tooLarge, patience: .zero) {}
        }
        #expect(error?.code == EAGAIN)
        #expect(error?.description.contains("the thread large (Resource temporarily") == true)
    }

    @Test func `a process that cannot work without a thread ends with a message`() async {
        let result = await #expect(
            processExitsWith: .exitCode(71), observing: [\.standardErrorContent]
        ) {
            _ = Worker("large", stackBytes: 1 << 46, patience: .zero) {}
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.hasPrefix("hookline: the system does not start the thread large"))
    }
}
