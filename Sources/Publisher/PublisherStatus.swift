/// Whether records go to Kafka, and if not, what the publisher waits for.
package enum PublisherStatus: Hashable, Sendable, CustomStringConvertible {
    /// It has not begun, or not heard of Kafka yet.
    case starting
    /// Records go to Kafka, or there are none.
    case publishing
    /// Kafka does not answer, or not as it must; the journal holds what comes.
    case waitingForKafka(String)
    /// A client became unusable, and another takes its place.
    case recovering(String)
    /// It has ended.
    case stopped

    /// Whether records can go to Kafka.
    package var isPublishing: Bool { self == .publishing }

    /// What `/readyz` says.
    package var description: String {
        switch self {
        case .starting: "starting"
        case .publishing: "publishing"
        case .waitingForKafka(let why): "waiting for Kafka: \(why)"
        case .recovering(let why): "recovering: \(why)"
        case .stopped: "stopped"
        }
    }
}
