/// Which parts of a role have ended: written by their threads, read by the one that waits.
final class RoleBoard: Sendable {
    private struct State {
        var hasEnded: [Bool]
        var first: (part: Int, failed: Bool)?
        var failures: [(part: Int, error: any Error)] = []
        var isClosed = false
    }

    private let state: Monitor<State>
    private let waiter = Signals.Waiter()

    /// A board for so many parts, made by the thread that will wait.
    init(parts: Int) {
        state = Monitor(State(hasEnded: Array(repeating: false, count: parts)))
    }

    func ended(_ part: Int, error: (any Error)?) {
        state.withLock { [waiter] state in
            state.hasEnded[part] = true
            if state.first == nil { state.first = (part, error != nil) }
            if let error { state.failures.append((part, error)) }
            // Under the lock: after `close` the waiting thread may be gone.
            if !state.isClosed { waiter.nudge() }
        }
    }

    func firstEnd() -> (part: Int, failed: Bool)? {
        state.withLock { $0.first }
    }

    func hasEnded(_ part: Int) -> Bool {
        state.withLock { $0.hasEnded[part] }
    }

    func close() -> [(part: Int, error: any Error)] {
        state.withLock { state in
            state.isClosed = true
            return state.failures
        }
    }
}
