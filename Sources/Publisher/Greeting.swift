internal import Kafka
internal import Synchronization
internal import Telemetry
internal import Threads

/// What is said once, when Kafka has answered for the first time.
final class Greeting: Sendable {
    private let kafka: KafkaConfiguration
    private let topics: [String]
    private let maxMessageBytes: Int
    private let log: Log
    private let isSaid = Atomic<Bool>(false)

    /// How long one question to Kafka may take.
    private static let limit = Duration.seconds(5)

    init(_ kafka: KafkaConfiguration, _ topics: [String], maxMessageBytes: Int, log: Log) {
        self.kafka = kafka
        self.topics = topics
        self.maxMessageBytes = maxMessageBytes
        self.log = log
    }

    func say(_ cluster: ClusterMetadata) {
        guard !isSaid.exchange(true, ordering: .relaxed) else { return }
        let missing = topics.filter { cluster.topics[$0] == nil }
        if !missing.isEmpty {
            log.warning(
                "topics are missing; `hookline topics create` makes them",
                ["topics": .string(missing.joined(separator: ", "))])
        }
        if let text = kafka.properties["message.max.bytes"], let own = Int(text),
            own < maxMessageBytes
        {
            log.warning(
                "kafka.properties set message.max.bytes below what webhooks can be",
                ["message.max.bytes": .init(own), "wanted": .init(maxMessageBytes)])
        }
        let present = topics.filter { cluster.topics[$0] != nil }
        // On a thread of its own that nobody waits for: publishing does not depend on it.
        do {
            _ = try Worker(ifPossible: "publish-check", patience: .zero) { [self] in
                compareSizes(present)
            }
        } catch {
            note(error.description)
        }
    }

    /// Compares what the topics take with the largest record there can be.
    private func compareSizes(_ topics: [String]) {
        do {
            let admin = try KafkaAdmin(kafka, log: log)
            defer { admin.close(upTo: Self.limit) }
            for topic in topics {
                let settings = try admin.topicSettings(of: topic, upTo: Self.limit)
                guard let text = settings["max.message.bytes"], let found = Int(text),
                    found < maxMessageBytes
                else { continue }
                log.warning(
                    "a topic takes too small records: large webhooks would end in quarantine",
                    [
                        "topic": .string(topic), "max.message.bytes": .init(found),
                        "wanted": .init(maxMessageBytes),
                    ])
            }
        } catch {
            note(error.description)
        }
    }

    private func note(_ whyNot: String) {
        log.info(
            "the topics' max.message.bytes cannot be asked for, so it is not compared",
            ["why": .string(whyNot)])
    }
}
