/// Whether records go to Kafka, and if not, what the publisher waits for.
package enum PublisherStatus: Hashable, Sendable, CustomStringConvertible {
    /// It has not begun, or not heard of Kafka yet.
    case starting
    /// Records go to Kafka, or there are none.
    case publishing
    /// Kafka does not answer; the journal holds what comes.
    case waitingForKafka(String)
    /// A topic cannot be written, and holds up all others behind it in the journal.
    case topicBlocked(topic: String, String)
    /// A client became unusable, and another takes its place.
    case recovering(String)
    /// It has ended.
    case stopped

    /// Whether records can go to Kafka.
    package var isPublishing: Bool { self == .publishing }

    /// Whether Kafka's silence is news: it says less than a topic that cannot be written.
    var isWaitable: Bool {
        switch self {
        case .starting, .publishing, .waitingForKafka, .recovering: true
        case .topicBlocked, .stopped: false
        }
    }

    /// What `/readyz` says.
    package var description: String {
        switch self {
        case .starting: "starting"
        case .publishing: "publishing"
        case .waitingForKafka(let why): "waiting for Kafka: \(why)"
        case .topicBlocked(let topic, let why): "topic \(topic) cannot be written: \(why)"
        case .recovering(let why): "recovering: \(why)"
        case .stopped: "stopped"
        }
    }
}
