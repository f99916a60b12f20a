import Synchronization

/// Counts from 1, for closures that are called from any thread.
final class Counting: Sendable {
    private let count = Atomic<Int>(0)

    func next() -> Int { count.add(1, ordering: .relaxed).newValue }

    var value: Int { count.load(ordering: .relaxed) }
}
