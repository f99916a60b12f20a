package import Events
internal import Journal
package import Kafka
package import Telemetry

/// What redriving needs of the settings.
package struct RedriveSettings: Sendable {
    /// The Kafka, and how its topics are called.
    package let kafka: KafkaConfiguration
    /// How records are sent.
    package let publisher: PublisherConfiguration
    /// What the types mean now.
    package let catalogue: Catalogue
    /// The largest body that there can be.
    package let bodyLimit: Int
    /// How far ahead an event may have occurred.
    package let futureLimit: Duration
    let router: RecordRouter

    /// The settings; `source` is what CloudEvents calls the sender.
    package init(
        kafka: KafkaConfiguration, publisher: PublisherConfiguration, catalogue: Catalogue,
        source: String, bodyLimit: Int, futureLimit: Duration
    ) {
        self.kafka = kafka
        self.publisher = publisher
        self.catalogue = catalogue
        self.bodyLimit = bodyLimit
        self.futureLimit = futureLimit
        router = RecordRouter(catalogue, topicPrefix: kafka.topicPrefix, source: source)
    }
}

/// What became of one record.
package struct RedriveOutcome: Hashable, Sendable {
    /// What became of it, or would.
    package enum Result: Hashable, Sendable {
        /// It lies in this topic under this key, and a marker in the quarantine.
        case redriven(topic: String, key: String)
        /// It would go to this topic under this key.
        case goes(topic: String, key: String)
        /// It stays where it is, and why.
        case stays(String)
    }

    /// The record.
    package let record: QuarantinedRecord
    /// What became of it.
    package let result: Result
}

/// Publishes what is in quarantine and can be routed now, each record once.
///
/// A transaction writes records to their topics and a marker for each to the quarantine. Whoever
/// starts takes the transactional id over first, so that nobody else can commit any more, and then
/// reads the markers to their end: ended anywhere and run again, nothing is published twice.
package struct Redrive: Sendable {
    /// The most records in a transaction.
    package static let batchLimit = 500
    /// The most bytes of bodies in a transaction; a single larger body still goes.
    private static let batchBytes = 8 << 20

    private let settings: RedriveSettings
    private let log: Log

    /// A redrive with these settings.
    package init(_ settings: RedriveSettings, log: Log) {
        self.settings = settings
        self.log = log
    }

    /// Whether the error says that another redrive has taken over.
    package static func isFenced(_ error: KafkaError) -> Bool {
        [.fenced, .producerFenced, .invalidProducerEpoch].contains(error.code)
    }

    /// Says what would become of each record that is meant, and changes nothing.
    ///
    /// `found` is told first how many are meant.
    package func plan(
        _ selection: RedriveSelection, found: (Int) -> Void = { _ in },
        _ report: (RedriveOutcome) -> Void
    ) throws(KafkaError) {
        let run = try RedriveRun(settings, selection, log)
        found(run.places.count)
        try run.each { (record, verdict) throws(KafkaError) in
            switch verdict {
            case .goes(let route):
                let key = route.journalled.entry.key ?? ""
                report(RedriveOutcome(record: record, result: .goes(topic: route.topic, key: key)))
            case .stays(let why): report(RedriveOutcome(record: record, result: .stays(why)))
            }
        }
    }

    /// Publishes the records that are meant, so many in a transaction, and says what became of
    /// each once that is certain; `found` is told first how many are meant.
    package func run(
        _ selection: RedriveSelection, batch: Int = batchLimit, found: (Int) -> Void = { _ in },
        _ report: ([RedriveOutcome]) -> Void
    ) throws(KafkaError) {
        precondition((1...Self.batchLimit).contains(batch), "a batch out of its limits")
        let sender = try RedriveSender(settings, log: log)
        defer { sender.close() }
        // Before anything is read: from here on nobody else writes markers.
        try sender.start()
        let run = try RedriveRun(settings, selection, log)
        found(run.places.count)
        var items: [RedriveSender.Item] = []
        var bytes = 0
        try run.each { (record, verdict) throws(KafkaError) in
            switch verdict {
            case .stays(let why): report([RedriveOutcome(record: record, result: .stays(why))])
            case .goes(let route):
                if !items.isEmpty, bytes + record.bytes > Self.batchBytes {
                    try Self.settle(&items, sender, report)
                    bytes = 0
                }
                items.append(RedriveSender.Item(record: record, route: route))
                bytes += record.bytes
                guard items.count >= batch else { return }
                try Self.settle(&items, sender, report)
                bytes = 0
            }
        }
        try Self.settle(&items, sender, report)
    }

    /// Sets the records aside that are meant, so many in a transaction, each with a marker that has
    /// the reason; `report` is told how many are done, and `found` first how many are meant.
    package func drop(
        _ selection: RedriveSelection, because why: String, found: (Int) -> Void = { _ in },
        _ report: (Int) -> Void
    ) throws(KafkaError) {
        let sender = try RedriveSender(settings, log: log)
        defer { sender.close() }
        // Before anything is read: from here on nobody else writes markers.
        try sender.start()
        let records = try QuarantineReader(settings.kafka, log: log).list()
            .filter(selection.takes)
        found(records.count)
        for start in stride(from: 0, to: records.count, by: Self.batchLimit) {
            let items = records[start..<min(start + Self.batchLimit, records.count)].map {
                RedriveSender.Item(record: $0, route: nil, dropReason: why)
            }
            if let refused = try sender.send(items).values.first {
                throw KafkaError(refused)
            }
            report(items.count)
        }
    }

    /// Publishes the items; where Kafka refuses some, the others together and those one by one,
    /// since a whole batch is refused for one record of it.
    private static func settle(
        _ items: inout [RedriveSender.Item], _ sender: RedriveSender,
        _ report: ([RedriveOutcome]) -> Void
    ) throws(KafkaError) {
        var suspects: [RedriveSender.Item] = []
        while items.count > 1 {
            let refused = try sender.send(items)
            suspects += items.indices.filter { refused[$0] != nil }.map { items[$0] }
            if refused.isEmpty {
                report(items.map(redriven))
                items = []
            } else {
                items = items.indices.filter { refused[$0] == nil }.map { items[$0] }
            }
        }
        for item in items + suspects {
            let refused = try sender.send([item])
            report([refused[0].map { stays(item, $0) } ?? redriven(item)])
        }
        items = []
    }

    private static func stays(
        _ item: RedriveSender.Item, _ code: KafkaErrorCode
    ) -> RedriveOutcome {
        RedriveOutcome(
            record: item.record,
            result: .stays("Kafka refuses it for \(item.route?.topic ?? ""): \(code.text)"))
    }

    private static func redriven(_ item: RedriveSender.Item) -> RedriveOutcome {
        RedriveOutcome(
            record: item.record,
            result: .redriven(
                topic: item.route?.topic ?? "", key: item.route?.journalled.entry.key ?? ""))
    }
}

/// The records that are meant, and the topics that there are.
struct RedriveRun {
    let places: Set<QuarantinePlace>
    private let reader: QuarantineReader
    private let judge: RedriveJudge
    private let topics: Set<String>

    init(
        _ settings: RedriveSettings, _ selection: RedriveSelection, _ log: Log
    ) throws(KafkaError) {
        let admin = try KafkaAdmin(settings.kafka, log: log)
        defer { admin.close(upTo: QuarantineReader.limit) }
        topics = Set(try admin.cluster(upTo: QuarantineReader.limit).topics.keys)
        reader = QuarantineReader(settings.kafka, log: log)
        places = Set(try reader.list().filter(selection.takes).map(\.place))
        judge = RedriveJudge(settings, takesConflicts: selection.takesConflicts)
    }

    /// Gives each record with what is to become of it, judged by the present clock.
    func each(
        _ body: (QuarantinedRecord, RedriveJudge.Verdict) throws(KafkaError) -> Void
    ) throws(KafkaError) {
        try reader.bodies(of: places) { (record, bytes) throws(KafkaError) in
            var verdict = judge.judge(record, bytes, now: .now())
            // Kafka would not say so: a record for a missing topic waits for it.
            if case .goes(let route) = verdict, !topics.contains(route.topic) {
                verdict = .stays("the topic \(route.topic) is missing: `hookline topics create`")
            }
            try body(record, verdict)
        }
    }
}
