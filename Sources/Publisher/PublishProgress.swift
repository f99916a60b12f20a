package import Journal
package import Kafka

/// What the producing thread and the thread of reports share: the window, the lanes, and what
/// went wrong.
///
/// Pure: records and reports go in, decisions come out; the shell is `PublishLoop`.
package struct PublishProgress: Sendable {
    /// What is on its way, but for the records of lanes.
    package private(set) var window: DeliveryWindow
    /// The topics that cannot be written, and how far they are behind.
    package private(set) var lanes: PublishLanes
    /// Records that are sent alone, to find out which of a refused batch is at fault.
    package private(set) var suspects: Set<UInt64> = []
    /// Records that Kafka refuses as such: they go to the quarantine.
    package private(set) var refused: Set<UInt64> = []
    /// Why the present client is of no more use; nil while all is well.
    package private(set) var failure: Failure?
    /// Whether the publisher is asked to end.
    package var isStopping = false
    /// Why the journal takes no checkpoint any more: the end of the publisher.
    package var journalFailure: (any Error)?

    /// Whether an acknowledgement counts only when its transaction is committed.
    private let isTransactional: Bool
    /// What Kafka has acknowledged in the open transaction.
    private var uncommitted: [DeliveryReport] = []
    /// The topics that turned out not to be writable, with the error of each.
    private var unwritable: [Int: KafkaError] = [:]
    /// Those of them that give no error, but nothing is acknowledged either.
    private var stalled: Set<Int> = []
    private var stalls: StallWatch
    private var alone: UInt64?

    /// Why a client is given up.
    package struct Failure: Hashable, Sendable {
        /// What it says.
        package let kind: FailureClass
        /// The error of the record, or of the client.
        package let error: KafkaError
    }

    /// What to do with the next record of the journal.
    package enum Step: Hashable, Sendable {
        /// Hand it over: it is in the window now.
        case send
        /// Nothing: Kafka has it, or a lane.
        case skip
        /// Wait until there is room, or until it can go alone.
        case wait
        /// It cannot go, nor what is behind it: its topic cannot be written, and there is no room
        /// for another lane.
        case stuck
        /// Nothing more with this client.
        case end
    }

    /// Whose reader asks.
    package enum Reader: Hashable, Sendable {
        /// The one of all topics that have no lane.
        case main
        /// The one of the lane that is catching up.
        case lane
    }

    /// What reports have changed.
    package struct Outcome: Sendable {
        /// The acknowledged records; in a transaction those of its commit.
        package var acknowledged: [(report: DeliveryReport, entry: DeliveryWindow.Entry)] = []
        /// Whether the position has moved.
        package var hasMoved = false
        /// The failed records' classes.
        package var failed: [FailureClass] = []
        /// How many records are still on their way.
        package var records = 0
        /// How many bytes are still on their way.
        package var bytes = 0
    }

    /// Nothing on its way.
    package init(
        _ window: DeliveryWindow, lanes: PublishLanes = .none, isTransactional: Bool = false,
        stallLimit: Duration = .seconds(30)
    ) {
        self.window = window
        self.lanes = lanes
        self.isTransactional = isTransactional
        stalls = StallWatch(limit: stallLimit)
    }

    /// Begins at this position, with nothing on its way.
    mutating func resume(_ position: PublishPosition) {
        window = DeliveryWindow(
            after: position.through, recordLimit: window.recordLimit, byteLimit: window.byteLimit)
        lanes.resume(position)
    }

    /// Whether the present client is to be used no more.
    package var isOver: Bool { isStopping || failure != nil || journalFailure != nil }

    /// How far the journal is published.
    package var position: PublishPosition { lanes.position(through: window.checkpoint) }

    /// Whether all that may be on its way is a record that tries a lane.
    package var isProbe: Bool { lanes.isProbing && window.isEmpty }

    /// Whether nothing at all is on its way.
    package var isEmpty: Bool { window.isEmpty && lanes.window?.isEmpty ?? true }

    // MARK: - Records

    /// Decides about a record, and admits it where it is to be sent.
    package mutating func step(
        _ sequence: UInt64, _ entry: DeliveryWindow.Entry, of reader: Reader = .main
    ) -> Step {
        if isOver { return .end }
        let step = reader == .main ? stepOfAll(sequence, entry) : stepOfLane(sequence, entry)
        if step == .send, suspects.contains(sequence) { alone = sequence }
        return step
    }

    private mutating func stepOfAll(_ sequence: UInt64, _ entry: DeliveryWindow.Entry) -> Step {
        if window.isAcknowledged(sequence) {
            if !lanes.isEmpty, sequence > window.checkpoint, !window.isPassed(sequence) {
                lanes.noteDone(sequence, of: entry.home)
            }
            return .skip
        }
        if !lanes.isEmpty, lanes.has(entry.home) {
            guard window.hasRoom(for: sequence, bytes: 0) else { return .wait }
            guard lanes.pass(sequence, of: entry.home) else { return .stuck }
            window.pass(sequence)
            return .skip
        }
        guard mayGo(sequence), window.hasRoom(for: sequence, bytes: entry.bytes) else {
            return .wait
        }
        window.admit(sequence, entry)
        return .send
    }

    private mutating func stepOfLane(_ sequence: UInt64, _ entry: DeliveryWindow.Entry) -> Step {
        let isPassed = lanes.isPassed(sequence, of: entry.home)
        let mustWait = !isPassed && (lanes.isProbing && !isEmpty || !mayGo(sequence))
        return lanes.withWindow { window in
            if window.isAcknowledged(sequence) { return .skip }
            guard !mustWait, window.hasRoom(for: sequence, bytes: isPassed ? 0 : entry.bytes) else {
                return .wait
            }
            if isPassed {
                window.pass(sequence)
                return .skip
            }
            window.admit(sequence, entry)
            return .send
        } ?? .end
    }

    /// One that goes alone starts with nothing on its way, and nothing goes before its report.
    private func mayGo(_ sequence: UInt64) -> Bool {
        alone == nil && (!suspects.contains(sequence) || isEmpty)
    }

    /// Whether a record that had to wait is worth offering again.
    package func isWorthOffering(_ sequence: UInt64, of reader: Reader = .main) -> Bool {
        guard !isOver else { return true }
        guard alone == nil else { return false }
        if suspects.contains(sequence) || reader == .lane && lanes.isProbing { return isEmpty }
        let window = reader == .main ? window : lanes.window ?? window
        return window.hasAmpleRoom(for: sequence)
    }

    /// Takes a record back that could not be handed over.
    package mutating func withdraw(_ sequence: UInt64) {
        window.withdraw(sequence)
        _ = lanes.withWindow { $0.withdraw(sequence) }
        if alone == sequence { alone = nil }
    }

    private func entry(of sequence: UInt64) -> DeliveryWindow.Entry? {
        window.entry(of: sequence) ?? lanes.window?.entry(of: sequence)
    }

    // MARK: - Failures

    /// Notes that a record was refused before it left; offered again it goes to the quarantine.
    package mutating func refuse(_ sequence: UInt64, _ error: KafkaError) {
        guard let entry = entry(of: sequence) else { return }
        withdraw(sequence)
        if FailureClass(error.code) == .record, entry.topic != RecordRouter.quarantine {
            // The client is as good as before.
            refused.insert(sequence)
        } else {
            note(sequence, error, entry, isAtFault: true)
        }
    }

    /// Notes an error of the client as a whole.
    package mutating func fail(_ error: KafkaError) {
        fail(Failure(kind: .other, error: error))
    }

    /// Notes that a topic cannot be written: it gets a lane, now or with the next client.
    package mutating func hold(_ topic: Int, _ error: KafkaError, now: UInt64) {
        // What is on its way would fall behind what is passed over.
        guard !window.hasRecords(of: topic), lanes.current != topic || isEmpty else {
            return block(topic, error)
        }
        lanes.hold(topic, now: now)
    }

    private mutating func block(_ topic: Int, _ error: KafkaError) {
        unwritable[topic] = error
        fail(Failure(kind: .topic, error: error))
    }

    private mutating func note(
        _ sequence: UInt64, _ error: KafkaError, _ entry: DeliveryWindow.Entry, isAtFault: Bool
    ) {
        switch FailureClass(error.code) {
        case .topic: block(entry.home, error)
        case .other: fail(Failure(kind: .other, error: error))
        // There is nowhere further to go for what the quarantine refuses.
        case .record where isAtFault && entry.topic == RecordRouter.quarantine:
            block(entry.home, error)
        case .record:
            if isAtFault {
                suspects.remove(sequence)
                refused.insert(sequence)
            } else {
                suspects.insert(sequence)
            }
            fail(Failure(kind: .record, error: error))
        }
    }

    /// Keeps the failure that says most: of a topic, else of a record, else of the client, else
    /// what became of other records by it.
    private mutating func fail(_ new: Failure) {
        func weight(_ failure: Failure) -> Int {
            2 * failure.kind.weight + (failure.error.fatal ? 1 : 0)
        }
        if let failure, weight(failure) >= weight(new) { return }
        failure = new
    }

    /// Begins with a new client: what is not acknowledged is sent again.
    ///
    /// Topics that could not be written get a lane. Returns how many records are sent again, and
    /// the topics with their errors.
    package mutating func restart(now: UInt64) -> (count: Int, unwritable: [Int: KafkaError]) {
        let count = window.records + lanes.restart()
        window.forgetUnacknowledged()
        for topic in unwritable.keys {
            lanes.hold(topic, isStalled: stalled.contains(topic), now: now)
        }
        defer { (failure, alone, uncommitted, unwritable, stalled) = (nil, nil, [], [:], []) }
        return (count, unwritable)
    }

    // MARK: - Stalls

    /// Gives up the client where topics stand still while others go on: they get a lane.
    package mutating func holdStalled(now: UInt64) {
        stalls.look(now: now)
        guard !isOver, let time = stalls.stalled else { return }
        for topic in Set(waiting(since: time).map(\.home)) { stall(topic) }
    }

    /// Gives up the client because nothing of this topic is acknowledged: it gets a lane.
    package mutating func stall(_ topic: Int) {
        stalled.insert(topic)
        block(
            topic,
            KafkaError(
                .messageTimedOut,
                text: "Kafka acknowledges nothing of it: look for partitions without a leader, or "
                    + "with fewer replicas in sync than min.insync.replicas"))
    }

    /// Whether a record has waited for so long that it may stand still: if a later one arrives, it
    /// does.
    package var isOverdue: Bool {
        stalls.overdue.map { !waiting(since: $0).isEmpty } ?? false
    }

    private func waiting(since time: UInt64) -> [(sequence: UInt64, home: Int)] {
        let found = window.waiting(since: time) + (lanes.window?.waiting(since: time) ?? [])
        guard !found.isEmpty, !uncommitted.isEmpty else { return found }
        let arrived = Set(uncommitted.map(\.identity))
        return found.filter { !arrived.contains($0.sequence) }
    }

    // MARK: - Reports

    /// The identity of what is sent and is no record of the journal; those begin at 1.
    static let noRecord: UInt64 = 0

    /// Takes what became of records.
    package mutating func take(_ reports: [DeliveryReport], into outcome: inout Outcome) {
        let before = window.checkpoint
        for report in reports {
            guard let entry = entry(of: report.identity) else {
                if report.identity == Self.noRecord, let code = report.failure {
                    fail(KafkaError(code))
                }
                continue
            }
            if let code = report.failure {
                outcome.failed.append(FailureClass(code))
                let isAlone = alone == report.identity
                withdraw(report.identity)
                note(report.identity, KafkaError(code), entry, isAtFault: isAlone)
            } else {
                stalls.noteAcknowledged(sentAt: entry.sentAt)
                guard isTransactional else {
                    acknowledge(report, entry, into: &outcome)
                    continue
                }
                uncommitted.append(report)
                if alone == report.identity { alone = nil }
            }
        }
        finish(&outcome, before)
    }

    private mutating func acknowledge(
        _ report: DeliveryReport, _ entry: DeliveryWindow.Entry, into outcome: inout Outcome
    ) {
        let sequence = report.identity
        if window.entry(of: sequence) != nil {
            _ = window.acknowledge(sequence)
        } else {
            if lanes.withWindow({ $0.acknowledge(sequence) }) ?? nil != nil {
                outcome.hasMoved = true
            }
            lanes.noteArrival()
        }
        if !suspects.isEmpty { suspects.remove(sequence) }
        if !refused.isEmpty { refused.remove(sequence) }
        if alone == sequence { alone = nil }
        outcome.acknowledged.append((report, entry))
    }

    private func finish(_ outcome: inout Outcome, _ before: UInt64) {
        if window.checkpoint != before { outcome.hasMoved = true }
        outcome.records = window.records + (lanes.window?.records ?? 0)
        outcome.bytes = window.bytes + (lanes.window?.bytes ?? 0)
    }

    // MARK: - Transactions

    /// Whether Kafka has acknowledged all that the open transaction holds.
    package var isReadyToCommit: Bool {
        failure == nil
            && uncommitted.count == window.records + (lanes.window?.records ?? 0)
    }

    /// The position that the commit of the open transaction stands for.
    package var positionAtCommit: PublishPosition {
        var after = self
        var outcome = Outcome()
        after.commit(into: &outcome)
        return after.position
    }

    /// The open transaction is committed: what it holds is acknowledged.
    package mutating func commit(into outcome: inout Outcome) {
        let before = window.checkpoint
        let reports = uncommitted
        uncommitted = []
        for report in reports {
            guard let entry = entry(of: report.identity) else { continue }
            acknowledge(report, entry, into: &outcome)
        }
        finish(&outcome, before)
    }

    // MARK: - Lanes

    /// The topic of the lane that is to be tried now; nil where none is due.
    package func dueLane(now: UInt64) -> Int? { lanes.current ?? lanes.due(now: now) }

    /// A topic seems to be there again: its records begin to be sent; false where there are none.
    package mutating func beginLane(_ topic: Int) -> Bool { lanes.begin(topic) }

    /// The lane's reader stands where the main one stands: where nothing of it is on its way, the
    /// lane is at its end; returns its topic then.
    package mutating func endLane(at sequence: UInt64) -> Int? { lanes.end(at: sequence) }
}
