import Testing

@testable import Threads

@Suite(.timeLimit(.minutes(10))) struct SignalsTests {
    @Test(arguments: [Signals.Received.terminate, .interrupt, .hangup, .nudge])
    func `a signal is waited for, not handled`(signal: Signals.Received) {
        let waiter = Monitor<Signals.Waiter?>(nil)
        let received = Monitor<Signals.Received?>(nil)
        let thread = Worker("waits") {
            Signals.block()
            waiter.update { $0 = Signals.Waiter() }
            let signal = Signals.wait()
            received.update { $0 = signal }
        }
        waiter.wait { $0 }.send(signal)
        thread.join()
        #expect(received.withLock { $0 } == signal)
    }

    @Test func `a wait with a limit ends without a signal`() {
        let received = Monitor<Signals.Received?>(.nudge)
        let thread = Worker("waits") {
            Signals.block()
            let signal = Signals.wait(upTo: .milliseconds(1))
            received.update { $0 = signal }
        }
        thread.join()
        #expect(received.withLock { $0 } == nil)
    }
}
