internal import CRdkafka
package import Telemetry

/// What a consumer has to say beside records.
package enum ConsumerSignal: Hashable, Sendable {
    /// Everything that was there has been read; the offset is the next to read.
    ///
    /// Comes again each time the end is reached. The only sign of the end in topics written by
    /// transactions, whose last offset is never delivered.
    case end(TopicPartition, nextOffset: Int64)
    /// The offset to read is not in the partition (cut, deleted, made again); reading it stops.
    case outOfRange(TopicPartition, KafkaError)
    /// Something else is wrong with one partition (gone, not authorised, broken records).
    case partition(TopicPartition, KafkaError)
    /// Something is wrong with the client as a whole (brokers away, authentication, fatal).
    case client(KafkaError)
}

/// Reads partitions that it is given, from offsets that it is given, on one thread.
///
/// It joins no group: the owner keeps the offsets, so neither `max.poll.interval.ms` nor
/// rebalancing can take a partition away, and closing it has nobody to wait for. Records fetched
/// ahead stay in librdkafka and go when their partition goes.
@safe package final class KafkaConsumer {
    let handle: KafkaHandle
    private let queue: OpaquePointer
    /// Names by the topic handle's address, which `assign` keeps from being used again.
    private var names: [Int: String] = [:]
    private var lastTopic: OpaquePointer?
    private var lastName = ""
    let waker: FetchWaker
    /// Bytes taken from librdkafka's queue since its fetchers were last woken.
    private var takenBytes = 0

    /// Whether librdkafka said that a topic has another number of partitions than it had.
    private var hasOtherPartitions = false

    /// Makes the client; connecting happens in the background and for ever.
    ///
    /// The group is only the one that `commit` writes offsets to. Records of transactions are seen
    /// once they are committed, unless it reads uncommitted ones: then a partition's end is that
    /// of all its records, and else it lies before the oldest transaction that is still open.
    package init(
        _ configuration: KafkaConfiguration, group: String = "hookline",
        readsUncommitted: Bool = false, defaults: [(String, String)] = [], log: Log
    ) throws(KafkaError) {
        let isolation = readsUncommitted ? "read_uncommitted" : "read_committed"
        let settings = configuration.settings(
            defaults: Self.defaults + FetchWaker.settings + defaults,
            pinned: Self.pinned + [("group.id", group), ("isolation.level", isolation)])
        handle = try KafkaHandle(RD_KAFKA_CONSUMER, settings, events: 0, log: log)
        unsafe queue = rd_kafka_queue_get_consumer(handle.pointer)
        waker = FetchWaker(handle)
    }

    private static let defaults = [
        // The library's 64 MiB are most of what a whole process may have here.
        ("queued.max.messages.kbytes", "16384"),
        // What one answer may hold, and what of one partition: small batches keep the memory small,
        // and are faster, since the next one is fetched while the last one is applied.
        ("fetch.message.max.bytes", "262144"),
        ("fetch.max.bytes", "2097152"),
        ("check.crcs", "true"),
        // A broker answers in order: whatever else is asked waits as long for a fetch of nothing.
        ("fetch.wait.max.ms", "100"),
    ]

    private static let pinned = [
        ("auto.offset.reset", "error"),
        ("enable.auto.commit", "false"),
        ("enable.auto.offset.store", "false"),
        ("enable.partition.eof", "true"),
    ]

    /// Adds partitions to what is read, each from its offset.
    package func assign(_ starts: [TopicPartition: StartOffset]) throws(KafkaError) {
        for partition in starts.keys {
            let topic = try handle.topic(partition.topic)
            unsafe names[Int(bitPattern: topic.pointer)] = topic.name
        }
        let error = unsafe withList(starts.map { ($0.key, $0.value.cValue) }) { list in
            unsafe rd_kafka_incremental_assign(handle.pointer, list)
        }
        if let error = unsafe error { throw unsafe KafkaError(consuming: error) }
        waker.follow { $0 += starts.keys }
    }

    /// Stops reading these partitions; what was fetched ahead of them is never delivered.
    package func unassign(_ partitions: some Collection<TopicPartition>) throws(KafkaError) {
        let gone = Set(partitions)
        waker.follow { $0.removeAll { gone.contains($0) } }
        let error = unsafe withList(partitions.map { ($0, 0) }) { list in
            unsafe rd_kafka_incremental_unassign(handle.pointer, list)
        }
        if let error = unsafe error { throw unsafe KafkaError(consuming: error) }
    }

    /// Stops reading every partition.
    package func unassignAll() throws(KafkaError) {
        var assigned: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
        let code = unsafe rd_kafka_assignment(handle.pointer, &assigned)
        try check(code)
        guard let list = unsafe assigned else { return }
        defer { unsafe rd_kafka_topic_partition_list_destroy(list) }
        waker.follow { $0.removeAll() }
        let error = unsafe rd_kafka_incremental_unassign(handle.pointer, list)
        if let error = unsafe error { throw unsafe KafkaError(consuming: error) }
    }

    /// Reads a partition from another offset on.
    package func seek(_ partition: TopicPartition, to start: StartOffset) throws(KafkaError) {
        // Assigning anew also works for a partition whose reading has stopped by an error, where
        // rd_kafka_seek refuses.
        // It is not assigned any more where an earlier call failed halfway; assigning tells the rest.
        try? unassign([partition])
        try assign([partition: start])
    }

    /// Delivers nothing more of these partitions until they are resumed.
    package func pause(_ partitions: some Collection<TopicPartition>) throws(KafkaError) {
        let code = unsafe withList(partitions.map { ($0, 0) }) { list in
            unsafe rd_kafka_pause_partitions(handle.pointer, list)
        }
        try check(code)
    }

    /// Goes on with partitions that were paused.
    package func resume(_ partitions: some Collection<TopicPartition>) throws(KafkaError) {
        let code = unsafe withList(partitions.map { ($0, 0) }) { list in
            unsafe rd_kafka_resume_partitions(handle.pointer, list)
        }
        try check(code)
    }

    /// Waits for the first record or signal, then takes what else is there, `limit` at most.
    ///
    /// Returns how many records and signals it gave to the closures; 0 when the time is over.
    @discardableResult
    package func poll<E: Error>(
        limit: Int, upTo wait: Duration, record: (borrowing KafkaRecord) throws(E) -> Void,
        signal: (ConsumerSignal) throws(E) -> Void
    ) throws(E) -> Int {
        precondition(!handle.isClosed, "the Kafka client is closed")
        try drainMainQueue(signal)
        // A batch call with a time waits the whole of it unless the batch fills: wait for one
        // record, then take the rest without waiting.
        guard let first = unsafe rd_kafka_consume_queue(queue, wait.milliseconds) else { return 0 }
        try unsafe deliver(first, record, signal)
        defer { wakeFetchers() }
        guard limit > 1 else { return 1 }
        return try 1 + takeRest(limit - 1, record, signal)
    }

    private func wakeFetchers() {
        guard takenBytes >= waker.bytesBetween else { return }
        takenBytes = 0
        waker.wake()
    }

    private func takeRest<E: Error>(
        _ limit: Int, _ record: (borrowing KafkaRecord) throws(E) -> Void,
        _ signal: (ConsumerSignal) throws(E) -> Void
    ) throws(E) -> Int {
        var messages = unsafe [UnsafeMutablePointer<rd_kafka_message_t>?](
            repeating: nil, count: limit)
        let count = unsafe rd_kafka_consume_batch_queue(queue, 0, &messages, limit)
        wakeFetchers()
        var next = 0
        // What a closure's error leaves over must be freed too, or closing waits for ever.
        defer {
            for index in next..<max(next, count) {
                unsafe rd_kafka_message_destroy(messages[index])
            }
        }
        while next < count {
            guard let message = unsafe messages[next] else { break }
            next += 1
            try unsafe deliver(message, record, signal)
        }
        return max(0, count)
    }

    /// Whether a topic that is read has got another number of partitions, or none, since the last
    /// call.
    ///
    /// A hint: librdkafka says it in its log alone, and then reads on wherever it was, also in a
    /// topic that was made again.
    package func takePartitionChange() -> Bool {
        defer { hasOtherPartitions = false }
        return hasOtherPartitions
    }

    private func deliver<E: Error>(
        _ message: UnsafeMutablePointer<rd_kafka_message_t>,
        _ record: (borrowing KafkaRecord) throws(E) -> Void,
        _ signal: (ConsumerSignal) throws(E) -> Void
    ) throws(E) {
        defer { unsafe rd_kafka_message_destroy(message) }
        unsafe takenBytes += message.pointee.len
        if unsafe message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR {
            try unsafe record(KafkaRecord(message, topic: name(of: message.pointee.rkt)))
        } else {
            try unsafe signal(self.signal(message))
        }
    }

    private func signal(_ message: UnsafePointer<rd_kafka_message_t>) -> ConsumerSignal {
        let error = unsafe KafkaError(
            KafkaErrorCode(message.pointee.err), text: string(rd_kafka_message_errstr(message)),
            retriable: true)
        guard let topic = unsafe message.pointee.rkt else {
            return .client(handle.fatalError ?? error)
        }
        let partition = unsafe TopicPartition(name(of: topic), message.pointee.partition)
        switch error.code {
        case .partitionEnd: return unsafe .end(partition, nextOffset: message.pointee.offset)
        case .offsetReset, .offsetOutOfRange: return .outOfRange(partition, error)
        default: return .partition(partition, error)
        }
    }

    /// Log lines and errors of the client as a whole, which come on another queue.
    private func drainMainQueue<E: Error>(_ signal: (ConsumerSignal) throws(E) -> Void) throws(E) {
        while let event = unsafe rd_kafka_queue_poll(handle.mainQueue, 0) {
            defer { unsafe rd_kafka_event_destroy(event) }
            switch unsafe rd_kafka_event_type(event) {
            case RD_KAFKA_EVENT_LOG:
                if unsafe handle.forward(logEvent: event) == "PARTCNT" { hasOtherPartitions = true }
            case RD_KAFKA_EVENT_ERROR: try unsafe signal(.client(handle.error(of: event)))
            default: break
            }
        }
    }

    /// The topic's name, read out of librdkafka once a topic and not once a record.
    private func name(of topic: OpaquePointer?) -> String {
        guard let topic = unsafe topic else { return "" }
        if unsafe topic == lastTopic { return lastName }
        unsafe lastTopic = topic
        lastName = unsafe names[Int(bitPattern: topic)] ?? string(rd_kafka_topic_name(topic)) ?? ""
        return lastName
    }

    deinit {
        waker.stop()
        if !handle.isClosed { unsafe rd_kafka_queue_destroy(queue) }
    }

    func check(_ code: rd_kafka_resp_err_t) throws(KafkaError) {
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        throw KafkaError(KafkaErrorCode(code), retriable: true)
    }

    /// Ends the client; whether that was done within the limit.
    @discardableResult
    package func close(upTo limit: Duration) -> Bool {
        // Nobody in a group needs to be told, and nothing is to be committed.
        guard !handle.isClosed else { return true }
        waker.stop()
        unsafe rd_kafka_queue_destroy(queue)
        return handle.close(flags: RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE, upTo: limit)
    }
}
