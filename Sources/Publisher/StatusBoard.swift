internal import Telemetry
internal import Threads

/// Keeps the publisher's status, and says each change once.
final class StatusBoard: Sendable {
    private let status = Monitor(PublisherStatus.starting)
    private let isPublishing: Gauge
    private let log: Log
    private let servers: String

    init(_ isPublishing: Gauge, servers: String, log: Log) {
        self.isPublishing = isPublishing
        self.servers = servers
        self.log = log
    }

    var current: PublisherStatus { status.withLock { $0 } }

    func set(_ new: PublisherStatus) {
        let old = status.withLock { status in
            defer { status = new }
            return status
        }
        isPublishing.set(new.isPublishing ? 1 : 0)
        if Self.isNews(new, after: old) { say(new, after: old) }
    }

    /// Kafka has answered: publishing, unless a topic is in the way.
    func hear(isUnblocked: Bool) {
        switch current {
        case .starting, .waitingForKafka, .recovering: set(.publishing)
        case .topicBlocked: if isUnblocked { set(.publishing) }
        case .publishing, .stopped: break
        }
    }

    /// Another text about the same trouble is no news.
    private static func isNews(_ new: PublisherStatus, after old: PublisherStatus) -> Bool {
        switch (old, new) {
        case (.waitingForKafka, .waitingForKafka): false
        case (.topicBlocked(let one, _), .topicBlocked(let other, _)): one != other
        default: old != new
        }
    }

    private func say(_ new: PublisherStatus, after old: PublisherStatus) {
        switch new {
        case .starting: break
        case .publishing:
            if old == .starting {
                log.info("publishing to Kafka", ["brokers": .string(servers)])
            } else {
                log.info("publishing to Kafka again", ["brokers": .string(servers)])
            }
        case .waitingForKafka(let why):
            log.warning(
                "waiting for Kafka; the journal keeps what comes",
                ["brokers": .string(servers), "why": .string(why)])
        case .topicBlocked(let topic, let why):
            log.error(
                "nothing is published while a topic cannot be; the journal keeps what comes",
                ["topic": .string(topic), "why": .string(why)])
        case .recovering(let why):
            log.warning(
                "a new Kafka client sends again what is not acknowledged", ["why": .string(why)])
        case .stopped: log.info("publishing ended")
        }
    }
}
