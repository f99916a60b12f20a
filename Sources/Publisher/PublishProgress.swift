package import Kafka

/// What the producing thread and the thread of reports share: the window, and what went wrong.
///
/// Pure: records and reports go in, decisions come out; the shell is `PublishLoop`.
package struct PublishProgress: Sendable {
    /// What is on its way.
    package private(set) var window: DeliveryWindow
    /// Records that are sent alone, to find out which of a refused batch is at fault.
    package private(set) var suspects: Set<UInt64> = []
    /// Records that Kafka refuses as such: they go to the quarantine.
    package private(set) var refused: Set<UInt64> = []
    /// Why the present client is of no more use; nil while all is well.
    package private(set) var failure: Failure?
    /// The topic that could not be written last, until a record of it is acknowledged.
    package private(set) var blocked: Int?
    /// Whether the publisher is asked to end.
    package var isStopping = false
    /// Why the journal takes no checkpoint any more: the end of the publisher.
    package var journalFailure: (any Error)?

    private var alone: UInt64?
    /// The first record that failed by its topic: it goes alone next, so that what is before it
    /// arrives whatever becomes of it.
    private var probe: UInt64?

    /// Why a client is given up.
    package struct Failure: Hashable, Sendable {
        /// What it says.
        package let kind: FailureClass
        /// The error of the record, or of the client.
        package let error: KafkaError
        /// The number of the record's topic, where there is one.
        package let topic: Int?
    }

    /// What to do with the next record of the journal.
    package enum Step: Hashable, Sendable {
        /// Hand it over: it is in the window now.
        case send
        /// Nothing: Kafka has it.
        case skip
        /// Wait until there is room, or until it can go alone.
        case wait
        /// Nothing more with this client.
        case end
    }

    /// What reports have changed.
    package struct Outcome: Sendable {
        /// The acknowledged records.
        package var acknowledged: [(report: DeliveryReport, entry: DeliveryWindow.Entry)] = []
        /// The new checkpoint, where it has moved.
        package var checkpoint: UInt64?
        /// The failed records' classes.
        package var failed: [FailureClass] = []
        /// Whether no topic is known to hold the others up.
        package var isUnblocked = true
        /// How many records are still on their way.
        package var records = 0
        /// How many bytes are still on their way.
        package var bytes = 0
    }

    /// Nothing on its way.
    package init(_ window: DeliveryWindow) {
        self.window = window
    }

    /// Whether the present client is to be used no more.
    package var isOver: Bool { isStopping || failure != nil || journalFailure != nil }

    /// Decides about a record, and admits it where it is to be sent.
    package mutating func step(_ sequence: UInt64, _ entry: DeliveryWindow.Entry) -> Step {
        if isOver { return .end }
        if window.isAcknowledged(sequence) { return .skip }
        let isSuspect = suspects.contains(sequence)
        // One that goes alone starts with an empty window, and nothing goes before its report.
        guard alone == nil, !isSuspect || window.isEmpty,
            window.hasRoom(for: sequence, bytes: entry.bytes)
        else { return .wait }
        if isSuspect { alone = sequence }
        window.admit(sequence, entry)
        return .send
    }

    /// Whether a record that had to wait is worth offering again.
    package func isWorthOffering(_ sequence: UInt64) -> Bool {
        guard !isOver else { return true }
        guard alone == nil else { return false }
        return suspects.contains(sequence) ? window.isEmpty : window.hasAmpleRoom(for: sequence)
    }

    /// Takes a record back that could not be handed over.
    package mutating func withdraw(_ sequence: UInt64) {
        window.withdraw(sequence)
        if alone == sequence { alone = nil }
    }

    /// Notes that a record was refused before it left; offered again it goes to the quarantine.
    package mutating func refuse(_ sequence: UInt64, _ error: KafkaError) {
        let topic = window.entry(of: sequence)?.topic
        withdraw(sequence)
        if FailureClass(error.code) == .record, topic != RecordRouter.quarantine {
            // The client is as good as before.
            refused.insert(sequence)
        } else {
            note(sequence, error, topic: topic, isAtFault: true)
        }
    }

    /// Notes an error of the client as a whole.
    package mutating func fail(_ error: KafkaError) {
        fail(Failure(kind: .other, error: error, topic: nil))
    }

    /// Notes that a topic cannot be written.
    package mutating func block(_ topic: Int, _ error: KafkaError) {
        fail(Failure(kind: .topic, error: error, topic: topic))
    }

    /// Notes that a topic is missing; the client is as good as before.
    package mutating func hold(_ topic: Int) { blocked = topic }

    /// Notes that a topic that was held is there.
    package mutating func release(_ topic: Int) {
        if blocked == topic { blocked = nil }
    }

    /// Takes what became of records.
    package mutating func take(_ reports: [DeliveryReport], into outcome: inout Outcome) {
        for report in reports {
            guard let entry = window.entry(of: report.identity) else { continue }
            guard let code = report.failure else {
                acknowledge(report, entry, into: &outcome)
                continue
            }
            outcome.failed.append(FailureClass(code))
            let isAlone = alone == report.identity
            withdraw(report.identity)
            note(report.identity, KafkaError(code), topic: entry.topic, isAtFault: isAlone)
        }
        outcome.isUnblocked = blocked == nil
        (outcome.records, outcome.bytes) = (window.records, window.bytes)
    }

    private mutating func acknowledge(
        _ report: DeliveryReport, _ entry: DeliveryWindow.Entry, into outcome: inout Outcome
    ) {
        if let checkpoint = window.acknowledge(report.identity) { outcome.checkpoint = checkpoint }
        if !suspects.isEmpty { suspects.remove(report.identity) }
        if !refused.isEmpty { refused.remove(report.identity) }
        if alone == report.identity { alone = nil }
        if blocked == entry.topic { blocked = nil }
        outcome.acknowledged.append((report, entry))
    }

    private mutating func note(
        _ sequence: UInt64, _ error: KafkaError, topic: Int?, isAtFault: Bool
    ) {
        let kind = FailureClass(error.code)
        guard kind == .record else {
            if kind == .topic { probe = min(probe ?? sequence, sequence) }
            return fail(Failure(kind: kind, error: error, topic: kind == .topic ? topic : nil))
        }
        // There is nowhere further to go for what the quarantine refuses.
        if isAtFault, topic == RecordRouter.quarantine {
            return fail(Failure(kind: .topic, error: error, topic: topic))
        }
        suspects.insert(sequence)
        if isAtFault {
            suspects.remove(sequence)
            refused.insert(sequence)
        }
        fail(Failure(kind: .record, error: error, topic: topic))
    }

    /// Keeps the failure that says most: of a topic, else of a record, else any.
    private mutating func fail(_ new: Failure) {
        func weight(_ kind: FailureClass) -> Int {
            switch kind {
            case .topic: 2
            case .record: 1
            case .other: 0
            }
        }
        if let failure, weight(failure.kind) >= weight(new.kind) { return }
        failure = new
        if new.kind == .topic { blocked = new.topic }
    }

    /// Begins with a new client: what is not acknowledged is sent again; returns how many.
    package mutating func restart() -> Int {
        let count = window.records
        window.forgetUnacknowledged()
        if let probe { suspects.insert(probe) }
        (failure, alone, probe) = (nil, nil, nil)
        return count
    }
}
