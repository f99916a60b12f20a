internal import CRdkafka
internal import Threads

// Transactions: records to any topics and a group's offsets, all of them or none.
//
// Every call but `beginTransaction` waits for brokers. While one waits another thread must be in
// `poll`: a commit first waits for the reports of all records, and somebody has to take them.
// One transaction at a time; the calls come from one thread. A call that does not fit (a second
// `begin`, a commit without one, a record outside) fails with `wrongState` and changes nothing.
//
// What is done about an error follows from its flags, in this order:
// - `fatal`: the client is of no more use. `fenced` says that another has the id now, however it
//   was found out; the thread in `poll` gets it too, beside reports with `invalidProducerEpoch`
//   (a record of an open transaction) or `purgedInQueue` (the first record of a new one).
// - `txnRequiresAbort`: abort, and the client can begin anew. So after a record that a broker
//   refuses (`messageTooLarge`, in its report and at the commit; records handed over meanwhile are
//   refused with `wrongState`), also with `enable.gapless.guarantee`, which is fatal without a
//   transaction; and after offsets that are refused.
// - `retriable`: the same call again.
//
// Seen with librdkafka 2.0.2 and Apache Kafka 4.3; KafkaProducer+TransactionsTests has each.
extension KafkaProducer {
    /// What `pinned` must hold for transactions under this id.
    ///
    /// A transaction that is open for longer than the limit is aborted by the broker.
    /// `message.timeout.ms` may be left out, and then is the limit, or be 0, for never; librdkafka
    /// makes no client with one above the limit, nor with a `socket.timeout.ms` more than 100 ms
    /// above it, which is a minute where somebody sets it. A limit above the brokers'
    /// `transaction.max.timeout.ms`, 15 minutes by default, is fatal to `initTransactions`.
    package static func transactional(
        id: String, limit: Duration = .seconds(60)
    ) -> [(String, String)] {
        [
            ("transactional.id", id), ("transaction.timeout.ms", String(limit.milliseconds)),
            ("enable.idempotence", "true"), ("acks", "all"),
            // The broker refuses the first offsets of a transaction while it still writes the one
            // before; at the default of 100 that is how long each transaction takes.
            ("retry.backoff.ms", "5"),
        ]
    }

    /// Takes the id over: fences whoever had it, and ends what they left open.
    ///
    /// Comes first and once; on a cluster that has just started it takes seconds. Who asks for
    /// committed offsets asks afterwards: a transaction that a crash left open would hold the
    /// answer back.
    package func initTransactions(upTo limit: Duration) throws(KafkaError) {
        precondition(!handle.isClosed, "the Kafka client is closed")
        try unsafe check(rd_kafka_init_transactions(handle.pointer, limit.milliseconds))
    }

    /// Begins a transaction, here only: no broker is told, so one that is fenced and does not know
    /// it yet still can.
    package func beginTransaction() throws(KafkaError) {
        precondition(!handle.isClosed, "the Kafka client is closed")
        try unsafe check(rd_kafka_begin_transaction(handle.pointer))
    }

    /// Makes a group's offsets part of the transaction; the group needs no members.
    ///
    /// The topic must exist (else `unknownTopicOrPartition`, only after all of the limit); its
    /// partitions need not hold anything. Metadata above 4,096 bytes is refused by default.
    ///
    /// Where no broker keeps the group's offsets for a moment (the cluster has never had any, or
    /// its broker has just gone), librdkafka waits for ever, whatever the limit
    /// (https://github.com/confluentinc/librdkafka/issues/5456). The thread of these calls is then
    /// left behind with the client, and a fatal `timedOut` thrown: make a new client. Asking for
    /// `committedOffsets` before the first transaction makes that rare. The same is thrown where
    /// the system has no thread for the first call.
    package func sendOffsets(
        _ offsets: [TopicPartition: GroupOffset], group: String, upTo limit: Duration
    ) throws(KafkaError) {
        precondition(!handle.isClosed, "the Kafka client is closed")
        let answer: Result<Void, KafkaError>?
        do {
            // librdkafka keeps the limit itself where it does; the second more is for its answer.
            answer = try offsetCalls.answer(upTo: limit + .seconds(1)) { [handle] in
                Result { () throws(KafkaError) in
                    try handle.sendOffsets(offsets, group: group, upTo: limit)
                }
            }
        } catch {
            throw KafkaError(.timedOut, text: error.description, fatal: true)
        }
        guard let result = answer else {
            handle.abandon()
            throw KafkaError(
                .timedOut, text: "librdkafka does not return from sending a group's offsets",
                fatal: true)
        }
        try result.get()
    }

    /// Waits for all reports, then makes everything in the transaction visible at once.
    ///
    /// Only this makes records count: a report within a transaction says that the brokers have
    /// the record, not that a reader of committed records will see it. After `timedOut` the same
    /// call goes on where it was.
    package func commitTransaction(upTo limit: Duration) throws(KafkaError) {
        precondition(!handle.isClosed, "the Kafka client is closed")
        try unsafe check(rd_kafka_commit_transaction(handle.pointer, limit.milliseconds))
    }

    /// Throws away everything in the transaction; its records are reported as purged.
    ///
    /// After `timedOut` the same call goes on where it was.
    package func abortTransaction(upTo limit: Duration) throws(KafkaError) {
        precondition(!handle.isClosed, "the Kafka client is closed")
        try unsafe check(rd_kafka_abort_transaction(handle.pointer, limit.milliseconds))
    }

    private func check(_ object: OpaquePointer?) throws(KafkaError) {
        if let object = unsafe object { throw unsafe KafkaError(consuming: object) }
    }
}

extension KafkaHandle {
    fileprivate func sendOffsets(
        _ offsets: [TopicPartition: GroupOffset], group: String, upTo limit: Duration
    ) throws(KafkaError) {
        guard let metadata = unsafe rd_kafka_consumer_group_metadata_new(group) else {
            preconditionFailure("out of memory")
        }
        defer { unsafe rd_kafka_consumer_group_metadata_destroy(metadata) }
        let object = unsafe withList(offsets) { list in
            unsafe rd_kafka_send_offsets_to_transaction(
                pointer, list, metadata, limit.milliseconds)
        }
        if let object = unsafe object { throw unsafe KafkaError(consuming: object) }
    }
}
