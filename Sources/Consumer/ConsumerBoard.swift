internal import Kafka
internal import Synchronization
internal import Telemetry
internal import Threads

/// Keeps the consumer's status for other threads, and says each change once.
final class ConsumerBoard: Sendable {
    private let status = Mutex(ConsumerStatus())
    private let pace = Mutex((rate: AppliedRate(), ends: [TopicPartition: Int64]()))
    private let metrics: ConsumerMetrics
    private let log: Log

    init(_ metrics: ConsumerMetrics, log: Log) {
        self.metrics = metrics
        self.log = log
    }

    var current: ConsumerStatus { status.withLock { $0 } }

    /// How fast records are applied, and where the partitions end.
    var progress: ConsumerProgress {
        pace.withLock { pace in
            ConsumerProgress(
                rate: pace.rate.perSecond(at: MonotonicClock.now()), ends: pace.ends)
        }
    }

    /// So many records were applied.
    func count(_ records: Int) {
        pace.withLock { $0.rate.add(records, at: MonotonicClock.now()) }
    }

    /// Where a partition ends.
    func see(_ end: Int64, of partition: TopicPartition) {
        pace.withLock { $0.ends[partition] = end }
    }

    /// Kafka answered.
    func hear() {
        let old = exchange { $0.connection = .reading }.connection
        guard old != .reading else { return }
        metrics.isReading.set(1)
        if old == .starting {
            log.info("reading from Kafka")
        } else {
            log.info("reading from Kafka again")
        }
    }

    /// Kafka does not answer; the first reason is kept, later ones only say that nobody answers.
    func miss(_ why: String) {
        let old = exchange { status in
            if case .waiting = status.connection { return }
            status.connection = .waiting(why)
        }.connection
        metrics.isReading.set(0)
        if case .waiting = old { return }
        log.warning(
            "waiting for Kafka; the state stays as it is until then", ["why": .string(why)])
    }

    /// The consumer has ended.
    func end() {
        exchange { $0.connection = .ended }
        metrics.isReading.set(0)
    }

    /// A topic cannot be read, or can (nil); gives what stood there before.
    @discardableResult
    func set(_ why: String?, topic: String) -> String? {
        let old = exchange { $0.topics[topic] = why }.topics[topic]
        if let why, old == nil {
            log.warning(
                "a topic cannot be read; asking again",
                ["topic": .string(topic), "why": .string(why)])
        } else if why == nil, old != nil {
            log.info("a topic can be read", ["topic": .string(topic)])
        }
        return old
    }

    /// The state has read these topics, and they are read no more.
    func setAbandoned(_ topics: [String]) {
        let old = exchange { $0.abandoned = topics }.abandoned
        guard !topics.isEmpty, old != topics else { return }
        log.error(
            "the state has read topics that the catalogue does not name",
            ["topics": .string(topics.joined(separator: ", "))])
    }

    /// A partition cannot be read for now; nil: it can.
    func set(_ why: String?, trouble partition: TopicPartition) {
        let old = exchange { $0.troubled[partition] = why }.troubled[partition]
        guard let why, old == nil else { return }
        log.warning(
            "a partition cannot be read; trying again",
            ["partition": .string("\(partition)"), "why": .string(why)])
    }

    /// A partition is not read on.
    func stop(_ partition: TopicPartition, _ reason: StopReason) {
        let old = exchange { $0.stopped[partition] = reason }
        guard old.stopped[partition] == nil else { return }
        metrics.stopped.set(old.stopped.count + 1)
        log.error(
            "a partition is not read on, the others are",
            ["partition": .string("\(partition)"), "why": .string("\(reason)")])
    }

    /// What is worth saying of the state's log and lists.
    func note(log: String?, listedRows: Int64?, largeEntities: Int) {
        let old = exchange { status in
            status.log = log
            status.listedRows = listedRows
            status.largeEntities = largeEntities
        }
        guard let log, old.log == nil else { return }
        self.log.warning(
            "the state's write-ahead log cannot shrink while a reader keeps its snapshot",
            ["why": .string(log)])
    }

    /// Nothing more is to be said of a partition.
    func forget(_ partition: TopicPartition) {
        let old = exchange { status in
            status.stopped[partition] = nil
            status.troubled[partition] = nil
        }
        if old.stopped[partition] != nil { metrics.stopped.set(old.stopped.count - 1) }
    }

    /// Another state is read on from here: what is wrong with its partitions will show.
    func forgetPartitions() {
        exchange { status in
            status.stopped = [:]
            status.troubled = [:]
        }
        metrics.stopped.set(0)
    }

    @discardableResult
    private func exchange(_ change: (inout ConsumerStatus) -> Void) -> ConsumerStatus {
        status.withLock { status in
            let old = status
            change(&status)
            return old
        }
    }
}
