internal import HTTPClient
internal import JSON

/// What came of a request in the end.
package enum SimulatedAnswer: Sendable, Equatable {
    /// 200, taken as an event.
    case accepted
    /// 200, seen before.
    case duplicate
    /// 200, kept in quarantine.
    case quarantined
    /// Another status, at the last attempt.
    case refused(Int)
    /// No answer, at the last attempt.
    case unanswered

    /// Whether the receiver has taken it over.
    package var isAcknowledged: Bool {
        switch self {
        case .accepted, .duplicate, .quarantined: true
        case .refused, .unanswered: false
        }
    }

    /// Reads a reply of the ingress; a 200 of another kind of server counts as accepted.
    init(_ reply: HTTPReply, _ scanner: JSONScanner) {
        guard reply.status == 200 else {
            self = .refused(reply.status)
            return
        }
        self = .accepted
        guard (try? scanner.parse(PaddedBytes(reply.body))) != nil else { return }
        if scanner.boolean(JSONPath(member: "duplicate")) == true {
            self = .duplicate
        } else if scanner.string(JSONPath(member: "status")) == "quarantined" {
            self = .quarantined
        }
    }
}
