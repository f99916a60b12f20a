internal import CRdkafka

extension KafkaConsumer {
    /// How reading of single records ended.
    package enum RecordsEnd: Hashable, Sendable {
        /// All were read, or the closure wanted no more.
        case all
        /// There is no record at the next of the offsets.
        case missing
        /// The caller said that it is over.
        case over
    }

    /// A gap between two wanted records is read over where it is at most so long; a longer one is
    /// jumped, which costs a question to the broker.
    private static let readOver: Int64 = 200
    /// Records read after which the fetcher is woken: it may have stopped at a full queue.
    private static let recordsBetweenWakes = 64
    /// How long to wait for a record before the fetcher is woken: first, and at most.
    private static let patience = (first: Duration.milliseconds(2), most: Duration.milliseconds(64))
    private static let wakeLimit = Duration.milliseconds(200)

    /// Reads the records at these offsets, ascending, of a partition that is not assigned.
    ///
    /// `record` is called with each in order and says whether to go on; `isOver` is asked again and
    /// again meanwhile.
    package func read(
        _ partition: TopicPartition, at offsets: [Int64], until isOver: () -> Bool,
        record: (borrowing KafkaRecord) -> Bool
    ) throws(KafkaError) -> RecordsEnd {
        guard let first = offsets.first else { return .all }
        let topic = try handle.topic(partition.topic)
        guard let queue = unsafe rd_kafka_queue_new(handle.pointer) else {
            preconditionFailure("out of memory")
        }
        defer { unsafe rd_kafka_queue_destroy(queue) }
        let started = unsafe rd_kafka_consume_start_queue(
            topic.pointer, partition.partition, first, queue)
        guard started == 0 else { throw KafkaError(.unknownPartition) }
        defer { unsafe rd_kafka_consume_stop(topic.pointer, partition.partition) }
        waker.follow { $0.append(partition) }
        defer { waker.follow { followed in followed.removeAll { $0 == partition } } }
        var taken = 0
        var reading = SingleRecords(offsets)
        var patience = Self.patience.first
        while !isOver() {
            let message = unsafe rd_kafka_consume_queue(queue, patience.milliseconds)
            guard let message = unsafe message else {
                // The thread that fetches sleeps up to a second after a start or a jump, unless
                // any request goes through it (see FetchWaker); the answer does not matter.
                _ = try? watermarks(of: partition, upTo: Self.wakeLimit)
                patience = min(patience * 2, Self.patience.most)
                continue
            }
            defer { unsafe rd_kafka_message_destroy(message) }
            patience = Self.patience.first
            taken += 1
            if taken % Self.recordsBetweenWakes == 0 { waker.wake() }
            let code = unsafe KafkaErrorCode(message.pointee.err)
            let offset = unsafe message.pointee.offset
            switch code {
            case .none:
                switch reading.meet(offset) {
                case .pass: continue
                case .missing: return .missing
                case .take(let next):
                    let goesOn = unsafe record(KafkaRecord(message, topic: partition.topic))
                    guard goesOn, let next else { return .all }
                    if next - offset > Self.readOver {
                        try jump(topic, partition.partition, to: next)
                    }
                }
            case .partitionEnd:
                // One that was on its way before a jump says nothing of where we are now.
                if reading.isBeyond(end: offset) { return .missing }
            case .offsetReset, .offsetOutOfRange: return .missing
            default:
                throw unsafe KafkaError(code, text: string(rd_kafka_message_errstr(message)))
            }
        }
        return .over
    }

    private func jump(
        _ topic: KafkaTopic, _ partition: Int32, to offset: Int64
    ) throws(KafkaError) {
        // Without a time it is not waited for: what comes from before is passed over.
        try check(unsafe rd_kafka_seek(topic.pointer, partition, offset, 0))
        waker.wake()
    }
}

/// Which of the wanted offsets is the next one, as records come: no I/O.
struct SingleRecords {
    /// What a record is to us.
    enum Meeting: Equatable {
        /// It is wanted; the next wanted one follows, if any.
        case take(next: Int64?)
        /// It lies before the next wanted one.
        case pass
        /// It lies behind it, so that one is not there.
        case missing
    }

    private var offsets: ArraySlice<Int64>

    /// Makes it for ascending offsets.
    init(_ offsets: [Int64]) {
        self.offsets = offsets[...]
    }

    /// Takes in the offset of a record.
    mutating func meet(_ offset: Int64) -> Meeting {
        guard let wanted = offsets.first, offset >= wanted else { return .pass }
        guard offset == wanted else { return .missing }
        offsets.removeFirst()
        return .take(next: offsets.first)
    }

    /// Whether the next wanted record lies at or behind the end of the partition.
    func isBeyond(end: Int64) -> Bool {
        offsets.first.map { $0 >= end } ?? false
    }
}
