internal import Telemetry
internal import Threads

/// Keeps the publisher's status and the topics that cannot be written, and says each change once.
final class StatusBoard: Sendable {
    private struct State {
        var status = PublisherStatus.starting
        /// The topics that cannot be written, and why.
        var held: [String: String] = [:]
    }

    private let state = Monitor(State())
    private let isPublishing: Gauge
    private let lanes: Gauge
    private let log: Log
    private let servers: String

    init(_ isPublishing: Gauge, lanes: Gauge, servers: String, log: Log) {
        self.isPublishing = isPublishing
        self.lanes = lanes
        self.servers = servers
        self.log = log
    }

    var current: PublisherStatus { state.withLock { $0.status } }

    /// What is in the way of which topic.
    var held: [String: String] { state.withLock { $0.held } }

    func set(_ new: PublisherStatus) {
        let old = state.withLock { state in
            defer { state.status = new }
            return state.status
        }
        isPublishing.set(new.isPublishing ? 1 : 0)
        if Self.isNews(new, after: old) { say(new, after: old) }
    }

    /// Kafka has answered.
    func hear() {
        switch current {
        case .starting, .waitingForKafka, .recovering: set(.publishing)
        case .publishing, .stopped: break
        }
    }

    /// A topic cannot be written.
    func hold(_ topic: String, _ why: String) {
        let (isNews, count) = state.withLock { state in
            (state.held.updateValue(why, forKey: topic) == nil, state.held.count)
        }
        lanes.set(count)
        guard isNews else { return }
        log.error(
            "a topic cannot be written: its records wait in the journal, the others go on",
            ["topic": .string(topic), "why": .string(why)])
    }

    /// The topic's records have all arrived, and it is as good as any.
    func release(_ topic: String) {
        let (isNews, count) = state.withLock { state in
            (state.held.removeValue(forKey: topic) != nil, state.held.count)
        }
        lanes.set(count)
        if isNews { log.info("a topic can be written again", ["topic": .string(topic)]) }
    }

    /// Another text about the same trouble is no news.
    private static func isNews(_ new: PublisherStatus, after old: PublisherStatus) -> Bool {
        if case (.waitingForKafka, .waitingForKafka) = (old, new) { return false }
        return old != new
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
        case .recovering(let why):
            log.warning(
                "a new Kafka client sends again what is not acknowledged", ["why": .string(why)])
        case .stopped: log.info("publishing ended")
        }
    }
}
