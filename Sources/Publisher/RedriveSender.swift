internal import Events
internal import Journal
internal import Kafka
internal import Telemetry
internal import Threads

/// Sends records and their markers, each batch in a transaction; one thread takes the reports.
///
/// Its transactional id is the same for every redrive of these topics: the newest has it.
final class RedriveSender {
    /// A record that goes, and where; without a route it is set aside.
    struct Item {
        let record: QuarantinedRecord
        let route: RedriveJudge.Route?
        /// Why it is set aside.
        var dropReason = ""
    }

    private struct Reports {
        /// How many records librdkafka has and has not reported.
        var handed = 0
        /// What was said of items, by their index; what speaks of the item itself stays.
        var failures: [Int: KafkaErrorCode] = [:]
        var isOver = false

        mutating func take(_ report: DeliveryReport) {
            handed -= 1
            guard let failure = report.failure else { return }
            let index = Int(report.identity)
            if let known = failures[index], FailureClass(known) != .other { return }
            failures[index] = failure
        }
    }

    private let producer: KafkaProducer
    private let quarantine: KafkaTopic
    private var router: RecordRouter
    private var headers = RecordHeaders()
    private let reports = Monitor(Reports())
    private var reporter: Worker?

    /// How long Kafka may take for one step; a broker's election is well within.
    private static let stepLimit = Duration.seconds(60)
    private static let endLimit = Duration.seconds(5)
    /// How often a transaction is tried again that failed for no fault of its records.
    private static let tries = 3
    /// A full queue is tried again after so long.
    private static let briefly = Duration.milliseconds(5)

    init(_ settings: RedriveSettings, log: Log) throws(KafkaError) {
        let own = ProducerSettings(
            settings.publisher, bodyLimit: settings.bodyLimit,
            delivery: KafkaProducer.transactional(id: settings.kafka.topicPrefix + "redrive"))
        producer = try KafkaProducer(
            settings.kafka, defaults: own.defaults, pinned: own.pinned, log: log)
        router = settings.router
        quarantine = try producer.topic(router.topics[RecordRouter.quarantine])
        reporter = Worker("redrive-reports") { [producer, reports] in
            Self.serve(producer, reports)
        }
    }

    /// Takes the id over: whoever redrove until now can commit nothing more.
    func start() throws(KafkaError) {
        // Soon said, where nobody answers at all.
        _ = try producer.cluster(upTo: QuarantineReader.limit)
        try producer.initTransactions(upTo: Self.stepLimit)
    }

    /// Publishes the items and their markers, all or none; empty where that was done.
    ///
    /// Else it gives which of them Kafka refuses, by their index, and nothing was published.
    func send(_ items: [Item]) throws(KafkaError) -> [Int: KafkaErrorCode] {
        for left in (0..<Self.tries).reversed() {
            do {
                if try isCommitted(items) { return [:] }
                try abort()
            } catch {
                guard error.txnRequiresAbort, !error.fatal else { throw error }
                try abort()
                if refused.isEmpty, left == 0 { throw error }
            }
            if !refused.isEmpty { return refused }
        }
        throw KafkaError(.timedOut, retriable: true)
    }

    /// Takes everything back, and waits for what is said of each record.
    private func abort() throws(KafkaError) {
        try producer.abortTransaction(upTo: Self.stepLimit)
        _ = reports.wait(upTo: Self.endLimit) { $0.handed == 0 ? true : nil }
    }

    /// One transaction; false where the client takes no more records in it.
    private func isCommitted(_ items: [Item]) throws(KafkaError) -> Bool {
        reports.withLock { $0.failures = [:] }
        try producer.beginTransaction()
        for (index, item) in items.enumerated() {
            guard try produce(item, index), try mark(item, index) else { return false }
        }
        try commit()
        return true
    }

    private var refused: [Int: KafkaErrorCode] {
        reports.withLock { reports in
            reports.failures.filter { FailureClass($0.value) != .other }
        }
    }

    private func commit() throws(KafkaError) {
        do {
            try producer.commitTransaction(upTo: Self.stepLimit)
        } catch {
            // The same call goes on where it was, once more.
            guard error.retriable, !error.fatal else { throw error }
            try producer.commitTransaction(upTo: Self.stepLimit)
        }
    }

    private func produce(_ item: Item, _ index: Int) throws(KafkaError) -> Bool {
        guard let route = item.route else { return true }
        let record = route.journalled
        router.fill(&headers, of: record, to: route.destination)
        let key = router.key(of: record.entry, to: route.destination)
        return try offer(producer.topic(route.topic), key, record.body, index)
    }

    /// The marker lies where the record's key puts it; its value is empty, not missing.
    private func mark(_ item: Item, _ index: Int) throws(KafkaError) -> Bool {
        headers.removeAll()
        headers.add(HeaderName.redriven, "\(item.record.place)")
        if let route = item.route {
            headers.add(HeaderName.redrivenTo, route.topic)
        } else {
            headers.add(HeaderName.dropReason, item.dropReason)
        }
        headers.add(HeaderName.redrivenAt, Timestamp.now().rfc3339)
        return try offer(quarantine, item.record.key, [], index)
    }

    /// Whether librdkafka has taken the record; false once the transaction can only be aborted.
    private func offer(
        _ topic: KafkaTopic, _ key: String?, _ body: [UInt8], _ index: Int
    ) throws(KafkaError) -> Bool {
        // Counted before: the report may be quicker than the answer.
        reports.withLock { $0.handed += 1 }
        let deadline = ContinuousClock.now + Self.stepLimit
        while true {
            let answer = producer.produce(
                to: topic, keyText: key, value: body.span, headers: headers,
                identity: UInt64(index))
            switch answer {
            case .queued: return true
            case .queueFull:
                guard ContinuousClock.now < deadline else {
                    throw KafkaError(.timedOut, retriable: true)
                }
                _ = reports.wait(upTo: Self.briefly) { _ in nil as Bool? }
            case .refused(let error):
                reports.withLock { reports in
                    reports.handed -= 1
                    if FailureClass(error.code) != .other { reports.failures[index] = error.code }
                }
                if error.fatal { throw error }
                return false
            }
        }
    }

    private static func serve(_ producer: KafkaProducer, _ reports: Monitor<Reports>) {
        var events = ProducerEvents()
        while !reports.withLock({ $0.isOver }) {
            events.removeAll()
            guard producer.poll(upTo: .milliseconds(100), into: &events) else { continue }
            let new = events.reports
            reports.update { reports in
                for report in new { reports.take(report) }
            }
        }
    }

    /// Ends the client; a transaction that is open is aborted, so that readers need not wait.
    func close() {
        if producer.fatalError == nil { try? producer.abortTransaction(upTo: Self.endLimit) }
        reports.update { $0.isOver = true }
        reporter?.join()
        producer.close(upTo: Self.endLimit)
    }
}
