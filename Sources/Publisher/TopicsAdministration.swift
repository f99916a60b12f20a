package import Events
package import Kafka
package import Telemetry
internal import Threads

/// What is said of one topic.
package struct TopicReport: Hashable, Sendable {
    /// What there is, or was done.
    package enum Outcome: Hashable, Sendable {
        /// It was made just now.
        case created
        /// It was there.
        case present
        /// It is not there.
        case missing
    }

    /// The topic's name.
    package let name: String
    /// What there is, or was done.
    package let outcome: Outcome
    /// In what it is not as it should be.
    package let differences: [TopicDifference]

    /// Whether records may go there as it is.
    package var isFine: Bool {
        outcome != .missing && differences.allSatisfy { $0.danger == nil }
    }
}

/// `topics create` and `topics check`: the topics that the publisher needs.
package struct TopicsAdministration: Sendable {
    private let kafka: KafkaConfiguration
    private let topics: TopicsConfiguration
    private let names: [String]
    private let journalTopic: String
    private let maxMessageBytes: Int
    private let log: Log

    /// How long one question to Kafka may take.
    private static let limit = Duration.seconds(10)
    /// How long a topic that was made may be unknown.
    private static let knownLimitNanoseconds: UInt64 = 10_000_000_000
    /// The most replicas where none are asked for.
    private static let usualReplicas = 3

    /// The name, behind the prefix, of the topic that stands for the journal in Kafka.
    package static let journalSuffix = "journal"

    /// For the topics of this catalogue, which take records of this size at least; in
    /// `exactly-once` also for the one whose offset is the journal's position.
    package init(
        _ kafka: KafkaConfiguration, _ topics: TopicsConfiguration, _ catalogue: Catalogue,
        delivery: PublisherConfiguration.Delivery = .idempotent, maxMessageBytes: Int, log: Log
    ) {
        self.kafka = kafka
        self.topics = topics
        self.maxMessageBytes = maxMessageBytes
        self.log = log
        let router = RecordRouter(catalogue, topicPrefix: kafka.topicPrefix, source: "")
        journalTopic = kafka.topicPrefix + Self.journalSuffix
        names = (router.topics + (delivery == .exactlyOnce ? [journalTopic] : [])).sorted()
    }

    /// Makes what is missing, and compares the rest.
    package func create() throws(KafkaError) -> [TopicReport] {
        try reports { (admin, wish) throws(KafkaError) in
            try admin.createTopic(
                wish.name, partitions: wish.partitions, replicas: wish.replicas,
                settings: wish.settings, upTo: Self.limit)
            return TopicReport(name: wish.name, outcome: .created, differences: [])
        }
    }

    /// Compares, and changes nothing.
    package func check() throws(KafkaError) -> [TopicReport] {
        try reports { (_, wish) throws(KafkaError) in
            TopicReport(name: wish.name, outcome: .missing, differences: [])
        }
    }

    private func reports(
        missing: (KafkaAdmin, TopicWish) throws(KafkaError) -> TopicReport
    ) throws(KafkaError) -> [TopicReport] {
        let admin = try KafkaAdmin(kafka, log: log)
        defer { admin.close(upTo: Self.limit) }
        let cluster = try admin.cluster(upTo: Self.limit)
        var reports: [TopicReport] = []
        for name in names {
            let wish = wish(name, brokers: cluster.brokers.count)
            if let found = cluster.topics[name] {
                let settings = try admin.topicSettings(of: name, upTo: Self.limit)
                reports.append(
                    TopicReport(
                        name: name, outcome: .present,
                        differences: TopicRules.differences(wish, found, settings)))
            } else {
                reports.append(try missing(admin, wish))
            }
        }
        try waitUntilKnown(reports.filter { $0.outcome == .created }.map(\.name), admin)
        return reports
    }

    /// A broker makes topics a moment before it knows them: who is told "created" may rely on it.
    private func waitUntilKnown(_ names: [String], _ admin: KafkaAdmin) throws(KafkaError) {
        let deadline = MonotonicClock.now() + Self.knownLimitNanoseconds
        let pause = Monitor(false)
        while !names.isEmpty, MonotonicClock.now() < deadline {
            let known = try admin.cluster(upTo: Self.limit).topics
            if names.allSatisfy({ known[$0] != nil }) { return }
            _ = pause.wait(upTo: .milliseconds(20)) { $0 ? true : nil }
        }
    }

    private func wish(_ name: String, brokers: Int) -> TopicWish {
        TopicWish(
            // The journal's topic holds nothing: its first partition is what counts.
            name: name, partitions: name == journalTopic ? 1 : topics.partitions,
            replicas: topics.replicas ?? min(brokers, Self.usualReplicas),
            retentionMilliseconds: topics.retentionMilliseconds, maxMessageBytes: maxMessageBytes,
            compression: topics.compression)
    }
}
