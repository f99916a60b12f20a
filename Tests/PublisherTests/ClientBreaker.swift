import Kafka
import Support
import Threads

@testable import Publisher

/// Breaks the client of a publisher in the middle of its work.
///
/// It does so on the thread of reports, which ends before the client is closed: seen from another
/// thread, the client may be freed while it is being broken.
final class ClientBreaker: Sendable {
    private struct State {
        var clients: [KafkaProducer] = []
        var reached: UInt64 = 0
        var breaksAt: UInt64?
        /// How many clients there had been when the last one was broken.
        var broken = 0
    }

    private let state = Monitor(State())
    private let code: KafkaErrorCode

    /// Breaks with this error.
    init(code: KafkaErrorCode = .outOfOrderSequence) {
        self.code = code
    }

    /// What the publisher is to be made with.
    var hooks: PublisherHooks {
        var hooks = PublisherHooks(published: { record in self.see(record.sequence) })
        hooks.clientMade = { client in self.state.update { $0.clients.append(client) } }
        return hooks
    }

    private func see(_ sequence: UInt64) {
        let client = state.update { state -> KafkaProducer? in
            state.reached = max(state.reached, sequence)
            guard let place = state.breaksAt, sequence >= place else { return nil }
            state.breaksAt = nil
            state.broken = state.clients.count
            return state.clients.last
        }
        client?.failForTest(code, "made for a test")
    }

    /// Breaks the client once this record is published, while the closure gives it work, and waits
    /// for the one that takes its place.
    func breakClient(at sequence: UInt64, during work: () -> Void) throws {
        state.update { $0.breaksAt = sequence }
        work()
        try eventually("another client than that which published \(sequence)", upTo: .seconds(60)) {
            state.withLock { $0.breaksAt == nil && $0.clients.count > $0.broken }
        }
    }

    /// Waits until a record is published.
    func waitForPublished(_ sequence: UInt64) -> Bool {
        state.wait(upTo: .seconds(60)) { $0.reached >= sequence ? true : nil } ?? false
    }

    /// Lets go of the clients, which know the publisher.
    func forget() {
        state.update { $0.clients = [] }
    }
}
