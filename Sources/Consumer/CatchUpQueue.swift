internal import Kafka
internal import Threads

/// What the reading thread hands over.
enum CatchUpStep: Sendable {
    /// Records, and how far they bring their partitions.
    case batch(CatchUpBatch)
    /// All is read; the next offsets of the partitions that were read.
    case end([TopicPartition: Int64])
    /// It cannot go on.
    case failure(ConsumerError)
}

/// The hand-over between the thread that reads and the one that applies: some batches at most.
final class CatchUpQueue: Sendable {
    /// Batches that wait to be applied at most.
    static let limit = 24

    private struct State: Sendable {
        var steps: [CatchUpStep] = []
        var isClosed = false
    }

    private let state = Monitor(State())

    /// Waits for room and adds a step; false where nobody wants it any more.
    func put(_ step: CatchUpStep) -> Bool {
        let isOpen = state.wait { state -> Bool? in
            if state.isClosed { return false }
            return state.steps.count < Self.limit ? true : nil
        }
        if isOpen { state.update { $0.steps.append(step) } }
        return isOpen
    }

    /// The next step; nil where none comes within the limit.
    func take(upTo limit: Duration) -> CatchUpStep? {
        guard state.wait(upTo: limit, { $0.steps.isEmpty ? nil : true }) != nil else { return nil }
        return state.update { $0.steps.removeFirst() }
    }

    /// Whether a step is there.
    var hasMore: Bool { state.withLock { !$0.steps.isEmpty } }

    /// Whether nobody wants any more.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Wants no more.
    func close() {
        state.update { $0.isClosed = true }
    }
}
