internal import Events
internal import Threads

/// What a simulation sent and what came of it: the model that a test compares the state with.
package final class SimulatedHistory: Sendable {
    private struct Record {
        var accepted: [EventID: SimulatedRequest] = [:]
        var quarantined: [SimulatedRequest] = []
        var unanswered: [SimulatedRequest] = []
    }

    private let record = Monitor(Record())

    /// Makes an empty history.
    package init() {}

    /// Notes what came of a request; hand it to a `Simulation` as its observer.
    package func note(_ request: SimulatedRequest, _ answer: SimulatedAnswer) {
        record.withLock { record in
            switch answer {
            case .accepted: record.accepted[request.eventID] = request
            case .quarantined: record.quarantined.append(request)
            case .unanswered: record.unanswered.append(request)
            case .duplicate where request.kind == .event || request.kind == .retry:
                // The answer to the first copy may have been lost on its way.
                if record.accepted[request.eventID] == nil {
                    record.accepted[request.eventID] = request
                }
            case .duplicate, .refused: break
            }
        }
    }

    /// The events that were taken, each once, in no order: the state must be the fold of these.
    package var accepted: [SimulatedRequest] {
        record.withLock { Array($0.accepted.values) }
    }

    /// What was kept in quarantine.
    package var quarantined: [SimulatedRequest] {
        record.withLock { $0.quarantined }
    }

    /// What may have been taken or not: nobody answered.
    package var unanswered: [SimulatedRequest] {
        record.withLock { $0.unanswered }
    }
}
