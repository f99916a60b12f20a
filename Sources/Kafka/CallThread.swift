internal import Threads

/// A thread for calls that may never return, one after the other: it is kept for all of them.
///
/// Starts with the first call. A call that does not return in time is left behind with the thread,
/// and no further call may follow.
final class CallThread: Sendable {
    private struct State {
        var call: (@Sendable () -> Void)?
        var isOver = false
    }

    private let name: String
    private let state = Monitor(State())
    private let worker = Monitor<Worker?>(nil)

    init(_ name: String) {
        self.name = name
    }

    deinit { end() }

    /// Runs the call on the thread and waits for its answer; nil if it does not come in time.
    func answer<Answer: Sendable>(
        upTo limit: Duration, _ call: @escaping @Sendable () -> Answer
    ) throws(ThreadError) -> Answer? {
        try start()
        let answer = Monitor<Answer?>(nil)
        state.update { state in
            precondition(!state.isOver, "a call after the end")
            state.call = {
                let result = call()
                answer.update { $0 = result }
            }
        }
        return answer.wait(upTo: limit) { $0 }
    }

    /// Lets the thread end once it has nothing to do; no call may follow.
    func end() {
        state.update { $0.isOver = true }
    }

    private func start() throws(ThreadError) {
        try worker.withLock { (worker) throws(ThreadError) in
            guard worker == nil else { return }
            // Not this object, which is to go while the thread waits.
            worker = try Worker(ifPossible: name) { [state] in
                while let call = Self.next(state) {
                    call()
                }
            }
        }
    }

    private static func next(_ state: Monitor<State>) -> (@Sendable () -> Void)? {
        state.wait { state -> (@Sendable () -> Void)?? in
            if let call = state.call.take() { return call }
            return state.isOver ? .some(nil) : nil
        }
    }
}
