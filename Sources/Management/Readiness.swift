internal import Synchronization

/// Which parts of the process are not ready, and why: each part says it of itself.
package final class Readiness: Sendable {
    /// What a part says.
    package enum Condition: Sendable, Equatable {
        case ready
        /// The reason, for a person.
        case notReady(String)
    }

    private let reasons: Mutex<[String: String]>

    /// Every one of these parts counts as starting until it has said something.
    package init(waitingFor parts: [String] = []) {
        reasons = Mutex(Dictionary(uniqueKeysWithValues: parts.map { ($0, "starting") }))
    }

    /// Notes what a part says of itself.
    package func set(_ part: String, _ condition: Condition) {
        reasons.withLock { reasons in
            switch condition {
            case .ready: reasons[part] = nil
            case .notReady(let reason): reasons[part] = reason
            }
        }
    }

    /// The parts that are not ready, sorted, each with its reason.
    package var missing: [(part: String, reason: String)] {
        reasons.withLock { $0 }.sorted { $0.key < $1.key }.map { (part: $0.key, reason: $0.value) }
    }

    /// Whether all parts are ready.
    package var isReady: Bool {
        reasons.withLock { $0.isEmpty }
    }
}
