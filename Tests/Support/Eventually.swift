import Glibc

/// What a test waited for and did not get.
package struct TimedOut: Error, CustomStringConvertible {
    /// What, for how long, and how it stood at the end.
    package let description: String

    /// Says what did not come.
    package init(description: String) {
        self.description = description
    }
}

/// Microseconds between two looks at a condition.
private let betweenLooks: UInt32 = 5_000

/// Asks again every few milliseconds until the answer is not nil, and gives it.
///
/// Throws `TimedOut` with the name of what was waited for once the time is over.
@discardableResult
package func eventually<Value>(
    _ what: String, upTo limit: Duration = .seconds(10), _ probe: () throws -> Value?
) throws -> Value {
    let deadline = ContinuousClock.now + limit
    while true {
        if let value = try probe() { return value }
        guard ContinuousClock.now < deadline else {
            throw TimedOut(description: "waited \(limit) for \(what)")
        }
        _ = usleep(betweenLooks)
    }
}

/// Asks again every few milliseconds until the answer is yes.
package func eventually(
    _ what: String, upTo limit: Duration = .seconds(10), holds condition: () throws -> Bool
) throws {
    try eventually(what, upTo: limit) { try condition() ? true : nil }
}

/// Gives other threads a few milliseconds, between two tries of something that fails at once.
package func pauseBriefly() {
    _ = usleep(betweenLooks)
}
