internal import Threads

/// How long it is looked again at what may just be being written, before it is called damaged.
struct Patience: Sendable {
    /// How often it is looked again.
    var looks = 10
    /// How long it is waited before each.
    var pause = Duration.milliseconds(50)

    /// Waits a little; false where that has been often enough.
    mutating func again() -> Bool {
        guard looks > 0 else { return false }
        looks -= 1
        _ = Monitor(()).wait(upTo: pause) { _ in Void?.none }
        return true
    }
}
