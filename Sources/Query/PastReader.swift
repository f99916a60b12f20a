package import Events
package import Kafka
package import Projection
package import Store
package import Telemetry
internal import Threads

/// Says what an entity was: its events are read from Kafka again and folded; for one thread.
///
/// It makes a client at its first question and keeps it until `close`.
package final class PastReader {
    /// The bounds on one answer.
    package struct Limits: Sendable {
        /// Events that may be fetched.
        package var events: Int
        /// How long that may take.
        package var time: Duration

        /// The bounds of the settings.
        package init(_ configuration: QueryConfiguration) {
            events = configuration.pastEvents
            time = .milliseconds(configuration.pastMilliseconds)
        }
    }

    /// Single records are wanted, not the millions behind them: fetches are small, and little is
    /// fetched ahead.
    private static let settings = [
        ("fetch.message.max.bytes", "131072"), ("queued.min.messages", "200"),
        ("fetch.wait.max.ms", "10"),
    ]
    /// How long the client may take to end.
    private static let closeLimit = Duration.seconds(1)
    private static let questionLimit = Duration.seconds(1)

    private let kafka: KafkaConfiguration
    private let catalogue: Catalogue
    private let limits: Limits
    private let log: Log
    private let isStopping: @Sendable () -> Bool
    private let records: RecordReader
    private var merge = StateMerge()
    /// The state that one event alone gives, and that of a merge.
    private var (alone, merged): ([UInt8], [UInt8]) = ([], [])
    private var client: KafkaConsumer?

    /// Makes a reader; where `isStopping` says so, it gives up.
    package init(
        _ kafka: KafkaConfiguration, _ catalogue: Catalogue, _ limits: Limits, log: Log,
        isStopping: @escaping @Sendable () -> Bool = { false }
    ) {
        self.kafka = kafka
        self.catalogue = catalogue
        self.limits = limits
        self.log = log
        self.isStopping = isStopping
        records = RecordReader(catalogue: catalogue, prefix: kafka.topicPrefix)
    }

    /// The events of an entity that had occurred by a time, from a history.
    ///
    /// The time for it began with `start` on the monotonic clock.
    package func events(
        of name: EntityName, by time: Timestamp, in reader: StateReader,
        since start: UInt64 = MonotonicClock.now()
    ) throws(PastFailure) -> PastEvents {
        let deadline = deadline(since: start)
        return try PastEvents(
            of: name, by: time, in: reader, catalogue, limit: limits.events
        ) { isStopping() || MonotonicClock.now() >= deadline }
    }

    private func deadline(since start: UInt64) -> UInt64 {
        start + UInt64(limits.time / .nanoseconds(1))
    }

    /// The state that these events gave.
    ///
    /// The time for it began with `start` on the monotonic clock.
    package func state(
        of events: PastEvents, since start: UInt64 = MonotonicClock.now()
    ) throws(PastFailure) -> EntityState {
        let all = events.needed.count
        let deadline = deadline(since: start)
        let consumer = try consumer()
        var encoded = EntityState().encoded
        var read = 0
        for (partition, events) in events.byPartition {
            try self.read(events, of: partition, consumer, deadline, into: &encoded, &read, all)
        }
        guard let state = EntityState(encoded: encoded) else {
            preconditionFailure("what was merged is no state")
        }
        return state
    }

    /// Ends the client, where there is one.
    package func close() {
        client?.close(upTo: Self.closeLimit)
        client = nil
    }

    private func consumer() throws(PastFailure) -> KafkaConsumer {
        if let client {
            // Its log lines and errors wait for somebody to take them.
            client.poll(limit: 1, upTo: .zero) { (_) throws(Never) in
            } signal: { (_) throws(Never) in
            }
            return client
        }
        do {
            let made = try KafkaConsumer(kafka, defaults: Self.settings, log: log)
            client = made
            return made
        } catch {
            throw .kafka(error)
        }
    }

    private func read(
        _ events: [HistoryEntry], of partition: TopicPartition, _ consumer: KafkaConsumer,
        _ deadline: UInt64, into state: inout [UInt8], _ read: inout Int, _ all: Int
    ) throws(PastFailure) {
        var next = 0
        var failure: PastFailure?
        let end: KafkaConsumer.RecordsEnd
        do throws(KafkaError) {
            end = try consumer.read(partition, at: events.map(\.position.offset)) {
                isStopping() || MonotonicClock.now() >= deadline
            } record: { record in
                failure = fold(record, events[next], into: &state)
                next += 1
                return failure == nil
            }
        } catch {
            throw .kafka(error)
        }
        read += next
        if let failure { throw failure }
        switch end {
        case .all: return
        case .over: throw isStopping() ? .stopping : .late(read: read, of: all)
        case .missing: throw missing(events[next].position, partition, consumer)
        }
    }

    /// Folds one record into the state, or says why not.
    private func fold(
        _ record: borrowing KafkaRecord, _ event: HistoryEntry, into state: inout [UInt8]
    ) -> PastFailure? {
        let hash = record.withValue { BodyHash(hashing: $0) }
        guard hash == event.version.bodyHash else { return .replaced(event.position) }
        // Judged by its type alone: the topic that it lies in may be read no more.
        let topic = kafka.topicPrefix + (catalogue[event.type]?.topic ?? "")
        let key = record.key
        let value = record.value
        do {
            switch try records.read(
                key: key?.span, value: value?.span, topic: topic, timestamp: nil)
            {
            case .deadLetter(_, let why, _): return .unreadable(event.position, why: why)
            case .event(let scanned):
                // By the history's version: it is what the event was applied with.
                alone.removeAll(keepingCapacity: true)
                try records.encodeState(scanned.entry, event.version, to: &alone)
                let effect = merge.merge(alone.span, into: state.span, to: &merged)
                precondition(effect != nil, "what was encoded is no state")
                swap(&merged, &state)
                return nil
            }
        } catch {
            return .unreadable(event.position, why: "\(error)")
        }
    }

    /// Why a record is not where it was.
    private func missing(
        _ position: RecordPosition, _ partition: TopicPartition, _ consumer: KafkaConsumer
    ) -> PastFailure {
        do throws(KafkaError) {
            let range = try consumer.watermarks(of: partition, upTo: Self.questionLimit)
            return position.offset < range.low
                ? .taken(position, start: range.low) : .missing(position)
        } catch {
            return .kafka(error)
        }
    }
}
