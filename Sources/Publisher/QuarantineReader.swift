package import Kafka
package import Telemetry
internal import Threads

/// Reads the quarantine's topic to its end, in no group: records, and which of them are settled.
///
/// Bodies are read one after the other and never kept.
package struct QuarantineReader: Sendable {
    private let kafka: KafkaConfiguration
    private let topic: String
    private let log: Log

    /// How long one question to Kafka may take, and how long reading may stand still.
    static let limit = Duration.seconds(10)
    /// How long an open transaction may hide the rest: longer than brokers let one be open.
    private static let openTransactionLimit = Duration.seconds(90)
    /// How many records one poll takes.
    private static let batch = 500

    /// For the quarantine behind the configuration's prefix.
    package init(_ kafka: KafkaConfiguration, log: Log) {
        self.kafka = kafka
        self.log = log
        topic = kafka.topicPrefix + RecordRouter.quarantineSuffix
    }

    /// Every record that is there when asked, by partition and offset.
    ///
    /// It waits for transactions that are open: a marker behind one is not to be missed.
    package func list() throws(KafkaError) -> [QuarantinedRecord] {
        let consumer = try KafkaConsumer(kafka, log: log)
        defer { consumer.close(upTo: Self.limit) }
        let ends = try ends(consumer)
        var records: [QuarantinedRecord] = []
        var markers: [QuarantinePlace: RedriveMarker.End] = [:]
        try consumer.assign(ends.mapValues { _ in .beginning })
        try read(consumer, to: ends) { record in
            if let marker = RedriveMarker(record) {
                markers[marker.place] = marker.end
            } else {
                records.append(QuarantinedRecord(record))
            }
        }
        for index in records.indices {
            switch markers[records[index].place] {
            case .redriven(let topic): records[index].redrivenTo = topic
            case .dropped(let why): records[index].dropReason = why
            case nil: break
            }
        }
        return records.sorted { $0.place < $1.place }
    }

    /// Gives each of these records with its body, in order within a partition.
    package func bodies(
        of places: Set<QuarantinePlace>,
        _ body: (QuarantinedRecord, [UInt8]) throws(KafkaError) -> Void
    ) throws(KafkaError) {
        guard !places.isEmpty else { return }
        let consumer = try KafkaConsumer(kafka, log: log)
        defer { consumer.close(upTo: Self.limit) }
        var starts: [TopicPartition: StartOffset] = [:]
        var ends: [TopicPartition: Int64] = [:]
        for place in places.sorted(by: >) {
            let partition = TopicPartition(topic, place.partition)
            starts[partition] = .next(place.offset)
            ends[partition] = max(ends[partition] ?? 0, place.offset + 1)
        }
        try consumer.assign(starts)
        try read(consumer, to: ends) { (record) throws(KafkaError) in
            let place = QuarantinePlace(partition: record.partition, offset: record.offset)
            guard places.contains(place) else { return }
            try body(QuarantinedRecord(record), record.value ?? [])
        }
    }

    /// What lies at a place.
    package enum Shown: Hashable, Sendable {
        /// A record with its body.
        case record(QuarantinedRecord, body: [UInt8])
        /// The note that another record was redriven or set aside.
        case marker(RedriveMarker)
    }

    /// What lies at a place, nil where there is nothing.
    package func show(_ place: QuarantinePlace) throws(KafkaError) -> Shown? {
        let consumer = try KafkaConsumer(kafka, log: log)
        defer { consumer.close(upTo: Self.limit) }
        var found: Shown?
        do {
            let partition = TopicPartition(topic, place.partition)
            _ = try consumer.read(partition, at: place.offset, upTo: Self.limit) { record in
                // The first record at or after the offset came: it may be another.
                guard record.offset == place.offset else { return }
                found =
                    RedriveMarker(record).map { .marker($0) }
                    ?? .record(QuarantinedRecord(record), body: record.value ?? [])
            }
        } catch  where error.code == .offsetReset {
            return nil
        }
        return found
    }

    /// Where each partition ends, with records of open transactions.
    private func ends(_ consumer: KafkaConsumer) throws(KafkaError) -> [TopicPartition: Int64] {
        let count = try consumer.metadata(of: topic, upTo: Self.limit).partitions
        let uncommitted = try KafkaConsumer(kafka, readsUncommitted: true, log: log)
        defer { uncommitted.close(upTo: Self.limit) }
        var ends: [TopicPartition: Int64] = [:]
        for number in 0..<Int32(count) {
            let partition = TopicPartition(topic, number)
            ends[partition] = try uncommitted.watermarks(of: partition, upTo: Self.limit).high
        }
        return ends
    }

    /// Reads what is assigned until each partition is at its end or beyond.
    private func read(
        _ consumer: KafkaConsumer, to ends: [TopicPartition: Int64],
        _ body: (borrowing KafkaRecord) throws(KafkaError) -> Void
    ) throws(KafkaError) {
        var reading = Reading(topic: topic, open: ends)
        while !reading.open.isEmpty {
            try consumer.poll(limit: Self.batch, upTo: .milliseconds(500)) {
                (record) throws(KafkaError) in
                guard reading.take(record) else { return }
                try body(record)
                // What is done with a record may take long, and is no standstill.
                reading.lastProgress = MonotonicClock.now()
            } signal: { (signal) throws(KafkaError) in
                try reading.take(signal)
            }
            try reading.checkPace()
        }
    }

    /// Which partitions are not at their end yet.
    private struct Reading {
        let topic: String
        var open: [TopicPartition: Int64]
        /// Those of which a transaction that is open hides the rest.
        var hidden: Set<TopicPartition> = []
        var lastProgress = MonotonicClock.now()

        init(topic: String, open: [TopicPartition: Int64]) {
            self.topic = topic
            self.open = open
        }

        /// Whether the record is before the end that is read to.
        mutating func take(_ record: borrowing KafkaRecord) -> Bool {
            lastProgress = MonotonicClock.now()
            let partition = TopicPartition(topic, record.partition)
            hidden.remove(partition)
            guard let end = open[partition] else { return false }
            if record.offset + 1 >= end { open[partition] = nil }
            return record.offset < end
        }

        mutating func take(_ signal: ConsumerSignal) throws(KafkaError) {
            switch signal {
            case .end(let partition, let nextOffset):
                guard let end = open[partition] else { return }
                lastProgress = MonotonicClock.now()
                if nextOffset >= end {
                    open[partition] = nil
                } else {
                    hidden.insert(partition)
                }
            case .outOfRange(_, let error), .partition(_, let error): throw error
            case .client(let error): if error.fatal { throw error }
            }
        }

        func checkPace() throws(KafkaError) {
            let isHidden = open.keys.allSatisfy(hidden.contains)
            let limit = isHidden ? QuarantineReader.openTransactionLimit : QuarantineReader.limit
            guard .nanoseconds(Int64(MonotonicClock.now() - lastProgress)) > limit else { return }
            throw KafkaError(
                .timedOut,
                text: isHidden
                    ? "an open transaction hides the rest of \(topic) for too long" : nil,
                retriable: true)
        }
    }
}
