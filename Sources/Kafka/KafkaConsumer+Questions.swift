internal import CRdkafka

/// Where a partition begins and ends.
package struct Watermarks: Hashable, Sendable {
    /// The offset of the oldest record.
    package let low: Int64
    /// The offset that the next record will get.
    package let high: Int64

    /// Both, as known.
    package init(low: Int64, high: Int64) {
        self.low = low
        self.high = high
    }
}

// What a consumer can be asked; each call waits for a broker, for the time given at most.
extension KafkaConsumer {
    /// The topics that this client has partitions of, by name, with one question.
    package func assignedTopics(
        upTo limit: Duration
    ) throws(KafkaError) -> [String: TopicMetadata] {
        try handle.cluster(knownTopicsOnly: true, upTo: limit).topics
    }

    /// What the cluster says of a topic: partitions, replicas, brokers.
    package func metadata(
        of topic: String, upTo limit: Duration
    ) throws(KafkaError) -> TopicMetadata {
        try handle.metadata(of: handle.topic(topic), upTo: limit)
    }

    /// Where the partition begins and ends now.
    package func watermarks(
        of partition: TopicPartition, upTo limit: Duration
    ) throws(KafkaError) -> Watermarks {
        precondition(!handle.isClosed, "the Kafka client is closed")
        var low: Int64 = 0
        var high: Int64 = 0
        let code = unsafe rd_kafka_query_watermark_offsets(
            handle.pointer, partition.topic, partition.partition, &low, &high,
            limit.milliseconds)
        try check(code)
        return Watermarks(low: low, high: high)
    }

    /// Where an assigned partition ended when it was last fetched; nil before that.
    ///
    /// Asks nobody.
    package func knownEnd(of partition: TopicPartition) -> Int64? {
        precondition(!handle.isClosed, "the Kafka client is closed")
        var low: Int64 = 0
        var high: Int64 = 0
        let code = unsafe rd_kafka_get_watermark_offsets(
            handle.pointer, partition.topic, partition.partition, &low, &high)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, high >= 0 else { return nil }
        return high
    }

    /// Writes next offsets to the group for ordinary lag tools, without joining it.
    ///
    /// Nothing here reads them back. Without `waiting` the answer is not looked at.
    package func commit(
        _ nextOffsets: [TopicPartition: Int64], waiting: Bool = false
    ) throws(KafkaError) {
        precondition(!handle.isClosed, "the Kafka client is closed")
        let code = unsafe withList(nextOffsets.map { ($0.key, $0.value) }) { list in
            unsafe rd_kafka_commit(handle.pointer, list, waiting ? 0 : 1)
        }
        try check(code)
    }

    /// The group's next offsets of these partitions; those without one are left out.
    package func committed(
        _ partitions: some Collection<TopicPartition>, upTo limit: Duration
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        try committedOffsets(partitions, upTo: limit).mapValues(\.nextOffset)
    }

    /// The same with what is kept beside each offset.
    ///
    /// While a transaction with offsets of the group is open the answer waits for its end, and is
    /// thrown as `timedOut` where that takes too long: after a crash call `initTransactions` first.
    package func committedOffsets(
        _ partitions: some Collection<TopicPartition>, upTo limit: Duration
    ) throws(KafkaError) -> [TopicPartition: GroupOffset] {
        precondition(!handle.isClosed, "the Kafka client is closed")
        return try unsafe withList(partitions.map { ($0, Int64(RD_KAFKA_OFFSET_INVALID)) }) {
            (list) throws(KafkaError) in
            try check(unsafe rd_kafka_committed(handle.pointer, list, limit.milliseconds))
            return try unsafe Self.offsets(in: list)
        }
    }

    private static func offsets(
        in list: OpaqueList
    ) throws(KafkaError) -> [TopicPartition: GroupOffset] {
        var found: [TopicPartition: GroupOffset] = [:]
        for index in 0..<Int(unsafe list.pointee.cnt) {
            let element = unsafe list.pointee.elems[index]
            let code = unsafe KafkaErrorCode(element.err)
            guard code == .none else { throw KafkaError(code, retriable: true) }
            guard unsafe element.offset >= 0 else { continue }
            let topic = unsafe string(element.topic) ?? ""
            unsafe found[TopicPartition(topic, element.partition)] = GroupOffset(
                nextOffset: element.offset,
                metadata: text(element.metadata, count: element.metadata_size))
        }
        return found
    }

    private static func text(_ start: UnsafeMutableRawPointer?, count: Int) -> String {
        guard let start = unsafe start else { return "" }
        return unsafe String(
            decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    }

    /// Reads the first record at or after an offset of a partition that is not assigned.
    ///
    /// Calls the closure with it; false where there is none (the end, or the time is over). An
    /// offset that the partition does not have is thrown as `offsetReset`.
    package func read(
        _ partition: TopicPartition, at offset: Int64, upTo limit: Duration,
        _ body: (borrowing KafkaRecord) -> Void
    ) throws(KafkaError) -> Bool {
        let topic = try handle.topic(partition.topic)
        guard let queue = unsafe rd_kafka_queue_new(handle.pointer) else {
            preconditionFailure("out of memory")
        }
        defer { unsafe rd_kafka_queue_destroy(queue) }
        let started = unsafe rd_kafka_consume_start_queue(
            topic.pointer, partition.partition, offset, queue)
        guard started == 0 else { throw KafkaError(.unknownPartition) }
        defer { unsafe rd_kafka_consume_stop(topic.pointer, partition.partition) }
        guard let message = unsafe rd_kafka_consume_queue(queue, limit.milliseconds) else {
            return false
        }
        defer { unsafe rd_kafka_message_destroy(message) }
        let code = unsafe KafkaErrorCode(message.pointee.err)
        if code == .partitionEnd { return false }
        guard code == .none else {
            throw unsafe KafkaError(code, text: string(rd_kafka_message_errstr(message)))
        }
        unsafe body(KafkaRecord(message, topic: partition.topic))
        return true
    }
}
