internal import Kafka
internal import Threads

// How a topic that could not be written catches up.
extension PublishSession {
    /// How many records a lane sends before the others have a turn.
    private static let laneRecords = 5_000
    /// How long what is on its way is waited for, before a topic is tried and at a lane's end.
    private static let settleLimit = Duration.seconds(1)

    /// Lets a lane send, where one is due; whether there is more to do at once.
    ///
    /// The reader of the others stands at `last` meanwhile: a lane that comes there with nothing
    /// on its way has caught up, and its topic is as any other from there on.
    func catchUp(to last: UInt64) throws -> Bool {
        let now = MonotonicClock.now()
        guard let topic = loop.progress.withLock({ $0.dueLane(now: now) }) else { return false }
        if loop.progress.withLock({ $0.lanes.current == nil }), !begin(topic) { return false }
        guard var stream = try lane ?? laneStream() else { return false }
        if loop.progress.withLock({ $0.lanes.isProbing }), !isSettledForLane() { return false }
        let turn = try send(&stream, .lane, upTo: Self.laneRecords, through: last)
        lane = loop.progress.withLock({ $0.lanes.current }) == topic ? stream : nil
        loop.recordPosition()
        if case .over = turn { return false }
        guard lane != nil, stream.last == last else { return turn.isBusy }
        guard isSettledForLane() else { return false }
        return end(at: last)
    }

    /// Begins with a topic that is due, where it is there.
    private func begin(_ topic: Int) -> Bool {
        lane = nil
        if let error = ask(for: topic) {
            hold(topic, error)
            return false
        }
        if loop.progress.update({ $0.beginLane(topic) }) { return true }
        loop.board.release(loop.router.topics[topic])
        return false
    }

    private func laneStream() throws -> RecordStream? {
        guard let after = loop.progress.withLock({ $0.lanes.window?.checkpoint }) else {
            return nil
        }
        return try stream(after: after)
    }

    /// Waits until nothing is on its way; in a transaction that is after its commit.
    private func isSettledForLane() -> Bool {
        if let transaction { return transaction.commit() }
        return isSettled(upTo: Self.settleLimit)
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
