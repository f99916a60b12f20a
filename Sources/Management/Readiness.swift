internal import Threads

/// Which parts of the process are not ready, and why: each part says it of itself.
package final class Readiness: Sendable {
    /// What a part says.
    package enum Condition: Sendable, Equatable {
        case ready
        /// The reason, for a person.
        case notReady(String)
    }

    /// What a part answers when it is asked: what is in the way, a sentence each.
    package typealias Question = @Sendable () -> [String]

    private struct Parts: Sendable {
        var said: [String: String]
        var asked: [String: Question] = [:]
        var noted: [String: Question] = [:]
    }

    private let parts: Monitor<Parts>

    /// Every one of these parts counts as starting until it has said something.
    package init(waitingFor parts: [String] = []) {
        self.parts = Monitor(
            Parts(said: Dictionary(uniqueKeysWithValues: parts.map { ($0, "starting") })))
    }

    /// Notes what a part says of itself.
    package func set(_ part: String, _ condition: Condition) {
        parts.withLock { parts in
            switch condition {
            case .ready: parts.said[part] = nil
            case .notReady(let reason): parts.said[part] = reason
            }
        }
    }

    /// Asks the part whenever somebody wants to know; it is ready when it answers nothing.
    package func watch(_ part: String, _ question: @escaping Question) {
        parts.withLock { $0.asked[part] = question }
    }

    /// Asks the part for what is worth saying, and leaves the process ready.
    package func note(_ part: String, _ question: @escaping Question) {
        parts.withLock { $0.noted[part] = question }
    }

    /// The parts that are not ready, sorted, each with its reason.
    package var missing: [(part: String, reason: String)] {
        let parts = parts.withLock { $0 }
        let said = parts.said.map { (part: $0.key, reason: $0.value) }
        return (said + Self.answers(parts.asked)).sorted { $0.part < $1.part }
    }

    /// What is worth saying though the process is ready, sorted by part.
    package var notes: [(part: String, reason: String)] {
        Self.answers(parts.withLock { $0.noted }).sorted { $0.part < $1.part }
    }

    /// Whether all parts are ready.
    package var isReady: Bool {
        missing.isEmpty
    }

    /// Outside the lock: those who are asked may take locks of their own.
    private static func answers(
        _ questions: [String: Question]
    ) -> [(part: String, reason: String)] {
        questions.flatMap { part, question in question().map { (part: part, reason: $0) } }
    }
}
