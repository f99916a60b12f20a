internal import Synchronization

/// How many bytes of bodies lie in memory, over all connections, and the bound on it.
final class BodyBudget: Sendable {
    private let limit: Int
    private let taken = Atomic<Int>(0)

    init(limit: Int) {
        self.limit = limit
    }

    /// Bytes in memory now.
    var used: Int { taken.load(ordering: .relaxed) }

    /// Takes so many bytes, or none where that is too many.
    func take(_ bytes: Int) -> Bool {
        let sum = taken.wrappingAdd(bytes, ordering: .relaxed).newValue
        guard sum > limit else { return true }
        give(bytes)
        return false
    }

    /// Gives back what was taken.
    func give(_ bytes: Int) {
        taken.wrappingSubtract(bytes, ordering: .relaxed)
    }
}
