internal import Events
package import Journal
package import Kafka
package import Telemetry

/// What became of records that were to be published again.
package struct RequeueReport: Sendable {
    /// Of one topic.
    package struct Counts: Hashable, Sendable {
        /// How many were meant.
        package internal(set) var records = 0
        /// How many Kafka has acknowledged.
        package internal(set) var acknowledged = 0
    }

    /// By the topic's name.
    package internal(set) var topics: [String: Counts] = [:]
    /// The lowest sequence that was handed over and not acknowledged.
    package internal(set) var lowestFailed: UInt64?
    /// Why the first of those was not.
    package internal(set) var reason: String?

    /// How many were meant, in all topics.
    package var records: Int { topics.values.reduce(0) { $0 + $1.records } }
    /// How many Kafka has acknowledged, in all topics.
    package var acknowledged: Int { topics.values.reduce(0) { $0 + $1.acknowledged } }

    fileprivate mutating func fail(_ sequence: UInt64, _ text: String) {
        lowestFailed = min(lowestFailed ?? sequence, sequence)
        reason = reason ?? text
    }
}

/// Publishes records once more, with a client of its own beside that of `serve`: to the same
/// topics, with the same keys and headers, in the same order.
///
/// One thread hands over and takes the reports, within the publisher's window. Nothing is tried
/// for ever: what is not acknowledged within `limit` has failed, and then no more is handed over.
package struct Requeue: ~Copyable {
    /// How long a record may wait for its acknowledgement.
    package static let limit = Duration.seconds(60)
    private static let questionLimit = Duration.seconds(10)
    private static let closeLimit = Duration.seconds(5)
    private static let tick = Duration.milliseconds(100)
    /// How many records are handed over from one look at the reports to the next.
    private static let stride = 100

    private let configuration: PublisherConfiguration
    private let producer: KafkaProducer
    private var router: RecordRouter
    private var topics: [KafkaTopic?]
    private var headers = RecordHeaders()
    private var events = ProducerEvents()
    /// What is on its way: topic and size by sequence.
    private var window: [UInt64: (topic: Int, bytes: Int)] = [:]
    private var bytes = 0
    /// Whether no more is handed over.
    private var isOver = false
    private var report = RequeueReport()

    /// Makes the client.
    package init(
        _ kafka: KafkaConfiguration, _ configuration: PublisherConfiguration,
        router: RecordRouter, bodyLimit: Int, log: Log
    ) throws(KafkaError) {
        self.configuration = configuration
        self.router = router
        topics = Array(repeating: nil, count: router.topics.count)
        // Never in the transactions of `serve`: a second client of their id would end it.
        let settings = ProducerSettings(
            configuration, bodyLimit: bodyLimit,
            delivery: [
                ("message.timeout.ms", String(Self.limit.components.seconds * 1000)),
                // A record that is refused is told of, and no reason to give the others up.
                ("enable.gapless.guarantee", "false"),
            ])
        producer = try KafkaProducer(
            kafka, defaults: settings.defaults, pinned: settings.pinned, log: log)
    }

    /// What would go where, without a word to Kafka.
    package static func plan<E: Error>(
        _ router: RecordRouter, _ next: () throws(E) -> JournalRecord?
    ) throws(E) -> RequeueReport {
        var report = RequeueReport()
        while let record = try next() {
            let destination = router.destination(of: record.entry, isRefused: false)
            report.topics[router.topics[destination.topic], default: .init()].records += 1
        }
        return report
    }

    /// Publishes what `next` gives, and waits for the last acknowledgement; `progress` is told
    /// how it stands now and then.
    package consuming func run<E: Error>(
        _ next: () throws(E) -> JournalRecord?, progress: (RequeueReport) throws(E) -> Void
    ) throws(E) -> RequeueReport {
        defer { producer.close(upTo: Self.closeLimit) }
        var handed = 0
        while !isOver, let record = try next() {
            offer(record)
            handed += 1
            guard handed.isMultiple(of: Self.stride) else { continue }
            take(upTo: .zero)
            try progress(report)
        }
        while !window.isEmpty {
            take(upTo: Self.tick)
            try progress(report)
        }
        return report
    }

    private mutating func offer(_ record: JournalRecord) {
        let destination = router.destination(of: record.entry, isRefused: false)
        report.topics[router.topics[destination.topic], default: .init()].records += 1
        guard let topic = topic(destination.topic, record.sequence) else { return }
        router.fill(&headers, of: record, to: destination)
        let key = router.key(of: record.entry, to: destination)
        while !isOver {
            guard hasRoom(for: record.body.count) else {
                take(upTo: Self.tick)
                continue
            }
            let answer = producer.produce(
                to: topic, keyText: key, value: record.body.span, headers: headers,
                identity: record.sequence)
            switch answer {
            case .queued:
                window[record.sequence] = (destination.topic, record.body.count)
                bytes += record.body.count
                return
            case .queueFull: take(upTo: Self.tick)
            case .refused(let error): return fail(record.sequence, error.code, "\(error)")
            }
        }
        report.fail(record.sequence, "what came before it failed")
    }

    private func hasRoom(for more: Int) -> Bool {
        window.isEmpty
            || window.count < configuration.windowRecords
                && bytes + more <= configuration.windowBytes
    }

    /// The topic's handle, where it is there.
    private mutating func topic(_ number: Int, _ sequence: UInt64) -> KafkaTopic? {
        if let topic = topics[number] { return topic }
        do {
            let topic = try producer.topic(router.topics[number])
            _ = try producer.metadata(of: topic, upTo: Self.questionLimit)
            topics[number] = topic
            return topic
        } catch {
            fail(sequence, error.code, "\(router.topics[number]): \(error)")
            return nil
        }
    }

    private mutating func take(upTo limit: Duration) {
        events.removeAll()
        guard producer.poll(upTo: limit, into: &events) else { return }
        for report in events.reports { take(report) }
        for error in events.errors where error.fatal {
            isOver = true
            report.reason = report.reason ?? "\(error)"
        }
    }

    private mutating func take(_ one: DeliveryReport) {
        guard let sent = window.removeValue(forKey: one.identity) else { return }
        bytes -= sent.bytes
        let topic = router.topics[sent.topic]
        guard let code = one.failure else {
            report.topics[topic, default: .init()].acknowledged += 1
            return
        }
        fail(one.identity, code, "\(topic): \(code)")
    }

    /// Notes a failure; where it is not about the record alone, the others would fail too.
    private mutating func fail(_ sequence: UInt64, _ code: KafkaErrorCode, _ text: String) {
        report.fail(sequence, text)
        if FailureClass(code) != .record { isOver = true }
    }
}
