internal import Kafka
internal import Telemetry
internal import Threads

// How a topic that could not be written catches up.
extension PublishSession {
    /// How many records a lane sends before the others have a turn.
    private static let laneRecords = 5_000
    /// How long what is on its way is waited for, before a topic is tried and at a lane's end.
    private static let settleLimit = Duration.seconds(1)
    /// How long the first record of a lane may take; all others wait meanwhile.
    private static let probeLimit = Duration.seconds(5)

    /// Lets a lane send, where one is due; whether there is more to do at once.
    ///
    /// The reader of the others stands at `last` meanwhile: a lane that comes there with nothing
    /// on its way has caught up, and its topic is as any other from there on.
    func catchUp(to last: UInt64) throws -> Bool {
        let now = MonotonicClock.now()
        guard let topic = loop.progress.withLock({ $0.dueLane(now: now) }) else { return false }
        if loop.progress.withLock({ $0.lanes.current == nil }), !begin(topic) { return false }
        guard var stream = try lane ?? laneStream() else { return false }
        let isProbing = loop.progress.withLock { $0.lanes.isProbing }
        if isProbing, !isSettledForLane() || !endForgotten(in: topic) { return false }
        let turn = try send(
            &stream, .lane, upTo: isProbing ? 1 : Self.laneRecords, through: last)
        if isProbing, !isProbeThrough(topic) { return false }
        lane = loop.progress.withLock({ $0.lanes.current }) == topic ? stream : nil
        loop.recordPosition()
        if case .over = turn { return false }
        guard lane != nil, stream.last == last else { return turn.isBusy }
        guard isSettledForLane() else { return false }
        return end(at: last)
    }

    /// Lets the topics wait that have a partition without a leader: what the transaction before
    /// had there may not be ended, and a lane does that first (`endForgotten`).
    func holdLeaderless() {
        guard let cluster = try? producer.cluster(upTo: Self.questionLimit) else { return }
        for (number, name) in loop.router.topics.enumerated() {
            guard let topic = cluster.topics[name], !topic.leaderless.isEmpty else { continue }
            hold(number, KafkaError(.leaderNotAvailable))
        }
    }

    /// Begins with a topic that is due, where it is there.
    private func begin(_ topic: Int) -> Bool {
        lane = nil
        if let error = ask(for: topic, whyNotWritable) {
            hold(topic, error)
            return false
        }
        if loop.progress.update({ $0.beginLane(topic) }) { return true }
        loop.board.release(loop.router.topics[topic])
        return false
    }

    /// Why a record of the topic may never be acknowledged, as far as Kafka tells that.
    ///
    /// It would be in the way of the others: the client waits for it, and Kafka does not end a
    /// transaction while a partition of it has too few replicas in sync.
    private func whyNotWritable(_ topic: TopicMetadata) -> KafkaError? {
        if !topic.leaderless.isEmpty {
            let numbers = topic.leaderless.map(String.init).joined(separator: ", ")
            return KafkaError(
                .leaderNotAvailable, text: "without a leader: partitions \(numbers)")
        }
        guard topic.inSync < topic.replicas else { return nil }
        let wanted = min(Self.leastInSync(of: topic.name, loop.kafka, loop.log), topic.replicas)
        guard topic.inSync < wanted else { return nil }
        return KafkaError(
            .notEnoughReplicas, text: "replicas in sync: \(topic.inSync), needed: \(wanted)")
    }

    /// The topic's `min.insync.replicas`; 1 where that cannot be asked.
    private static func leastInSync(
        of topic: String, _ kafka: KafkaConfiguration, _ log: Log
    ) -> Int {
        guard let admin = try? KafkaAdmin(kafka, log: log) else { return 1 }
        defer { admin.close(upTo: questionLimit) }
        let settings = try? admin.topicSettings(of: topic, upTo: questionLimit)
        return settings?["min.insync.replicas"].flatMap { Int($0) } ?? 1
    }

    private func laneStream() throws -> RecordStream? {
        guard let after = loop.progress.withLock({ $0.lanes.window?.checkpoint }) else {
            return nil
        }
        return try stream(after: after)
    }

    /// Waits until nothing is on its way; in a transaction that is after its commit.
    private func isSettledForLane() -> Bool {
        guard let transaction else { return isSettled(upTo: Self.settleLimit) }
        return transaction.isReady(upTo: Self.settleLimit) && transaction.commit()
    }

    /// Ends what a transaction has left open in the topic; false where the lane has to wait.
    private func endForgotten(in topic: Int) -> Bool {
        guard let transaction else { return true }
        guard
            let ended = transaction.endForgotten(
                in: loop.router.topics[topic], upTo: Self.probeLimit)
        else { return false }
        if !ended { loop.progress.update { $0.stall(topic) } }
        return ended
    }

    /// Waits for the record that went alone, in a transaction for its commit; where nothing comes,
    /// the client is given up, since it may still send the record.
    private func isProbeThrough(_ topic: Int) -> Bool {
        let isThrough = loop.progress.wait(upTo: Self.probeLimit) {
            $0.isReadyToCommit || $0.isOver ? true : nil
        }
        guard isThrough != nil else {
            loop.progress.update { $0.stall(topic) }
            return false
        }
        return transaction?.commit() ?? !isOver
    }

    private func end(at last: UInt64) -> Bool {
        guard let topic = loop.progress.update({ $0.endLane(at: last) }) else { return false }
        lane = nil
        loop.recordPosition()
        loop.board.release(loop.router.topics[topic])
        return true
    }
}

extension PublishSession.Turn {
    /// Whether more can be done without waiting.
    fileprivate var isBusy: Bool {
        if case .more = self { true } else { false }
    }
}
