internal import Journal
internal import Kafka
internal import Telemetry
internal import Threads

/// `exactly-once`: the transactions of one client, each with the journal's position in it.
///
/// The position is the offset of a group of the journal's own, in a topic that holds nothing, so
/// records and position become visible together or not at all. Lives on the producing thread.
final class PublishTransaction {
    private let loop: PublishLoop
    private let producer: KafkaProducer
    private let reports: PublishReports
    private let name: String
    private let place: TopicPartition
    private var isOpen = false
    /// The last record that is dealt with.
    private var last: JournalRecord?
    private var committedAt = MonotonicClock.now()

    /// How long one call of a transaction may take before it is looked whether all is well.
    private static let callLimit = Duration.seconds(1)

    init(_ loop: PublishLoop, _ producer: KafkaProducer, _ reports: PublishReports) {
        self.loop = loop
        self.producer = producer
        self.reports = reports
        name = Self.name(of: loop.journal.id)
        place = TopicPartition(loop.kafka.topicPrefix + TopicsAdministration.journalSuffix, 0)
    }

    /// The `transactional.id` of a journal, and its group.
    static func name(of journal: String) -> String { "hookline-\(journal)" }

    // MARK: - Beginning

    /// Fences who published the journal before, and goes on where Kafka says that it is; false
    /// where the client is given up meanwhile.
    ///
    /// A client that follows a fenced one looks first whose the position is.
    func resume() throws -> Bool {
        if loop.owner.withLock({ $0.mustLook }) {
            guard let committed = waitForPosition(takingOver: false) else { return false }
            try check(committed)
            loop.log.warning(
                "fenced by Kafka, but no other process publishes this journal: continuing")
        }
        guard let committed = waitForPosition(takingOver: true) else { return false }
        try check(committed)
        let local = loop.progress.withLock { $0.position }
        let resumption = PublishResumption(
            local: local, durable: loop.journal.durable(), committed: committed)
        let position = try resumption.position { try loop.journal.fingerprint(of: $0) }
        if let doubtful = resumption.doubtful {
            loop.log.warning(
                "Kafka lacks the last position: records after the checkpoint may be there twice",
                ["first": .init(doubtful.lowerBound), "last": .init(doubtful.upperBound)])
        }
        if position != local { try loop.resume(position) }
        loop.recordPosition()
        guard claim() else { return false }
        loop.board.hear()
        return true
    }

    private func check(_ committed: GroupOffset?) throws(PublisherError) {
        guard loop.owner.withLock({ $0.mayGoOn(after: committed) }) else {
            throw .fenced(transactionalID: name)
        }
    }

    /// Commits the position with this process's number, before its first record; false where the
    /// client is given up.
    private func claim() -> Bool {
        guard !loop.owner.withLock({ $0.hasClaimed }) else { return true }
        guard begin(), commit() else { return false }
        loop.owner.withLock { $0.claim() }
        return true
    }

    /// The position in Kafka, `.some(nil)` for none; nil where the client is given up.
    private func waitForPosition(takingOver: Bool) -> GroupOffset?? {
        var isInitialised = !takingOver
        while !isOver {
            do {
                // Offsets of a topic that does not exist are refused.
                _ = try producer.metadata(
                    of: producer.topic(place.topic), upTo: PublishSession.questionLimit)
                // First this: the position waits for the end of a transaction left open.
                if !isInitialised { try producer.initTransactions(upTo: Self.callLimit) }
                isInitialised = true
                return .some(try askForPosition())
            } catch {
                if error.fatal || error.isFenced {
                    loop.progress.update { $0.fail(error) }
                    return nil
                }
                note(error)
                loop.waitUnlessOver(PublishSession.tick)
            }
        }
        return nil
    }

    private func note(_ error: KafkaError) {
        if FailureClass(error.code) == .topic {
            let remedy =
                "exactly-once needs the topic \(place.topic), which "
                + "`hookline topics create` makes"
            loop.note(KafkaError(error.code, text: "\(error.text): \(remedy)"))
        } else if error.code == .concurrentTransactions {
            let cause =
                "Kafka still ends the last transaction; if that takes long, look for "
                + "partitions with fewer replicas in sync than min.insync.replicas"
            loop.note(KafkaError(error.code, text: cause))
        } else {
            loop.note(error)
        }
    }

    private func askForPosition() throws(KafkaError) -> GroupOffset? {
        let consumer = try KafkaConsumer(loop.kafka, group: name, log: loop.log)
        defer { consumer.close(upTo: Self.callLimit) }
        return try consumer.committedOffsets([place], upTo: Self.callLimit)[place]
    }

    private var isOver: Bool { loop.progress.withLock { $0.isOver } }

    // MARK: - A transaction

    /// The record is dealt with: the position may stand there.
    func note(_ record: JournalRecord) {
        last = record
    }

    /// Opens a transaction where none is open; false where the client is to be given up.
    func begin() -> Bool {
        guard !isOpen else { return true }
        do {
            try producer.beginTransaction()
            isOpen = true
            return true
        } catch {
            loop.progress.update { $0.fail(error) }
            return false
        }
    }

    /// Waits until Kafka has all that was sent, or the client is given up; whether that was in time.
    func isReady(upTo limit: Duration) -> Bool {
        guard isOpen else { return true }
        return loop.progress.wait(upTo: limit) { $0.isReadyToCommit || $0.isOver ? true : nil }
            ?? false
    }

    /// Commits what was sent with the position behind it; false where the client is given up, or
    /// Kafka does not have all of it.
    func commit() -> Bool {
        guard isOpen else { return true }
        guard loop.progress.withLock({ $0.isReadyToCommit }) else { return false }
        return !isOver && finish { [loop] in loop.progress.withLock { $0.isOver } }
    }

    /// Position and commit, tried again until they are through or the client is given up.
    private func finish(isOver: () -> Bool) -> Bool {
        let position = loop.progress.withLock { $0.positionAtCommit }
        let fingerprint = fingerprint(at: position.through)
        let offset = GroupOffset(
            nextOffset: Int64(position.through) + 1,
            metadata: PositionText(
                position, fingerprint, writer: loop.owner.withLock { $0.own }
            ).text)
        do {
            try insist(isOver) { () throws(KafkaError) in
                try producer.sendOffsets([place: offset], group: name, upTo: Self.callLimit)
            }
            try insist(isOver) { () throws(KafkaError) in
                try producer.commitTransaction(upTo: Self.callLimit)
            }
        } catch {
            loop.progress.update { $0.fail(error) }
            return false
        }
        isOpen = false
        committedAt = MonotonicClock.now()
        loop.metrics.transactions.add()
        let outcome = loop.progress.update { progress in
            var outcome = PublishProgress.Outcome()
            progress.commit(into: &outcome)
            return outcome
        }
        reports.tell(outcome)
        return true
    }

    /// What tells whether the record at the position is the one that it was.
    private func fingerprint(at sequence: UInt64) -> RecordFingerprint {
        if let last, last.sequence == sequence { return RecordFingerprint(last) }
        return (try? loop.journal.fingerprint(of: sequence)) ?? .unknown
    }

    /// Kafka may be away in the middle of a transaction: the same call goes on where it was.
    private func insist(
        _ isOver: () -> Bool, _ call: () throws(KafkaError) -> Void
    ) throws(KafkaError) {
        while true {
            do {
                return try call()
            } catch {
                guard error.retriable, !error.fatal, !error.txnRequiresAbort, !isOver() else {
                    throw error
                }
                loop.note(error)
                loop.waitUnlessOver(PublishSession.tick)
            }
        }
    }

    /// Ends what a transaction before may have left open in the topic: an aborted transaction with
    /// an empty record in each partition; false where Kafka does not take it in time, nil where
    /// the client is given up.
    ///
    /// Kafka does not end a transaction in a partition that has no leader at that moment, and
    /// forgets it. Its records, which were aborted, would be committed there with the next
    /// transaction, and readers of committed records would wait until then.
    func endForgotten(in topic: String, upTo limit: Duration) -> Bool? {
        do {
            let handle = try producer.topic(topic)
            let metadata = try producer.metadata(of: handle, upTo: PublishSession.questionLimit)
            guard begin() else { return nil }
            let nothing: [UInt8] = []
            for partition in 0..<Int32(metadata.partitions) {
                let answer = producer.produce(
                    to: handle, partition: partition, key: nil, value: nothing.span,
                    headers: RecordHeaders(), identity: PublishProgress.noRecord)
                guard case .queued = answer else { return isOver ? nil : false }
            }
            guard isDelivered(upTo: limit) else { return isOver ? nil : false }
            try insist({ [loop] in loop.progress.withLock { $0.isOver } }) {
                () throws(KafkaError) in
                try producer.abortTransaction(upTo: Self.callLimit)
            }
            isOpen = false
            return true
        } catch {
            loop.progress.update { $0.fail(error) }
            return nil
        }
    }

    /// Waits until the client has nothing to send and no report of it is left.
    private func isDelivered(upTo limit: Duration) -> Bool {
        let deadline = ContinuousClock.now + limit
        while producer.outstanding > 0, !isOver, ContinuousClock.now < deadline {
            loop.waitUnlessOver(.milliseconds(5))
        }
        return producer.outstanding == 0 && !isOver
    }

    /// Commits the position again where nothing was for long.
    func renew() {
        let age = Duration.nanoseconds(MonotonicClock.now() - committedAt)
        guard age >= loop.hooks.renewal,
            loop.progress.withLock({ $0.isEmpty && $0.position.through > 0 })
        else { return }
        if begin() { _ = commit() }
    }

    // MARK: - Ending

    /// Commits what Kafka has, where the publisher is asked to end and that is done at once; else
    /// nothing of the transaction counts, and it is sent again.
    func end(isStopping: Bool, upTo limit: Duration) {
        guard isOpen else { return }
        if isStopping {
            let isReady = loop.progress.wait(upTo: limit) { $0.isReadyToCommit ? true : nil }
            if isReady != nil, finish(isOver: { true }) { return }
        }
        // Readers of what is committed would wait for its end otherwise.
        if producer.fatalError == nil { try? producer.abortTransaction(upTo: Self.callLimit) }
        isOpen = false
    }
}

extension KafkaError {
    /// Whether another client has taken over the transactional id.
    var isFenced: Bool { [.fenced, .producerFenced, .invalidProducerEpoch].contains(code) }
}

extension JournalTail {
    /// The fingerprint of a record; nil where the journal does not have it any longer.
    func fingerprint(of sequence: UInt64) throws -> RecordFingerprint? {
        guard sequence > 0 else { return nil }
        do {
            return try read(sequence - 1)().map(RecordFingerprint.init)
        } catch JournalError.outside {
            return nil
        }
    }
}
