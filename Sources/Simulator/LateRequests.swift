/// Requests that wait until others have gone before them.
struct LateRequests: Sendable {
    /// Sorted, the first due at the end.
    private var waiting: [(due: Int, request: SimulatedRequest)] = []

    /// Lets a request wait until `due` events were made.
    mutating func add(_ request: SimulatedRequest, at due: Int) {
        let place = waiting.firstIndex { $0.due <= due } ?? waiting.endIndex
        waiting.insert((due, request), at: place)
    }

    /// A request whose time has come, or nil.
    mutating func due(at made: Int) -> SimulatedRequest? {
        guard let last = waiting.last, last.due <= made else { return nil }
        return waiting.removeLast().request
    }

    /// The next one, whether its time has come or not.
    mutating func rest() -> SimulatedRequest? {
        waiting.popLast()?.request
    }
}
