package import Events

/// What is on its way to Kafka: a bounded stretch of the journal behind the checkpoint.
///
/// The checkpoint is the highest sequence up to which everything is acknowledged. Sequences are
/// without gaps, so a ring indexed by them needs no search and no memory beyond the first.
package struct DeliveryWindow: Sendable {
    /// How many records may be on their way.
    package let recordLimit: Int
    /// How many bytes may be on their way; a single larger record still goes.
    package let byteLimit: Int
    /// Everything up to here is acknowledged.
    package private(set) var checkpoint: UInt64
    /// How many records are on their way.
    package private(set) var records = 0
    /// How many bytes are on their way.
    package private(set) var bytes = 0

    /// What is kept of a record until the checkpoint has passed it.
    package struct Entry: Sendable {
        /// Its size, as it counts for the limit.
        package var bytes: Int
        /// The topic that it is sent to, by the router's numbers.
        package var topic: Int
        /// The topic that it belongs to: another one where Kafka has refused the record.
        package var home: Int
        /// When it was received.
        package var receivedAt: Timestamp
        /// When it was handed over, by the monotonic clock.
        package var sentAt: UInt64

        /// A record of this size for this topic, which is its own unless another is named.
        package init(
            bytes: Int, topic: Int = 0, home: Int? = nil,
            receivedAt: Timestamp = Timestamp(seconds: 0), sentAt: UInt64 = 0
        ) {
            self.bytes = bytes
            self.topic = topic
            self.home = home ?? topic
            self.receivedAt = receivedAt
            self.sentAt = sentAt
        }
    }

    private enum State {
        case absent, sent, acknowledged, passed
    }

    private var states: [State]
    private var entries: [Entry]

    /// An empty window behind a checkpoint.
    package init(after checkpoint: UInt64, recordLimit: Int, byteLimit: Int) {
        precondition(recordLimit > 0 && byteLimit > 0, "a window without room")
        self.checkpoint = checkpoint
        self.recordLimit = recordLimit
        self.byteLimit = byteLimit
        states = Array(repeating: .absent, count: recordLimit)
        entries = Array(repeating: Entry(bytes: 0), count: recordLimit)
    }

    /// Whether nothing is on its way.
    package var isEmpty: Bool { records == 0 }

    /// Whether a record of this size fits now.
    package func hasRoom(for sequence: UInt64, bytes more: Int) -> Bool {
        sequence - checkpoint <= UInt64(recordLimit) && (isEmpty || bytes + more <= byteLimit)
    }

    /// Whether a quarter of the window is free again: waiting for that, and not for the first
    /// place, keeps two threads from taking turns record by record.
    package func hasAmpleRoom(for sequence: UInt64) -> Bool {
        isEmpty
            || sequence - checkpoint <= UInt64(recordLimit - recordLimit / 4)
                && bytes <= byteLimit - byteLimit / 4
    }

    /// Notes that a record is on its way; asked for room before.
    package mutating func admit(_ sequence: UInt64, _ entry: Entry) {
        precondition(sequence > checkpoint, "a record behind the checkpoint is sent again")
        precondition(hasRoom(for: sequence, bytes: entry.bytes), "a record beyond the window")
        let slot = slot(sequence)
        precondition(states[slot] == .absent, "a record is on its way twice")
        states[slot] = .sent
        entries[slot] = entry
        records += 1
        bytes += entry.bytes
    }

    /// Notes that a record did not go after all: it never left.
    package mutating func withdraw(_ sequence: UInt64) {
        guard isSent(sequence) else { return }
        leave(slot(sequence), as: .absent)
    }

    /// Notes an acknowledgement; returns the new checkpoint where it moves.
    package mutating func acknowledge(_ sequence: UInt64) -> UInt64? {
        guard isSent(sequence) else { return nil }
        leave(slot(sequence), as: .acknowledged)
        return advance(from: sequence)
    }

    /// Notes that a record need not go: it counts as acknowledged; asked for room before.
    package mutating func pass(_ sequence: UInt64) {
        precondition(isInside(sequence), "a record beyond the window")
        precondition(states[slot(sequence)] == .absent, "a record that is on its way")
        states[slot(sequence)] = .passed
        _ = advance(from: sequence)
    }

    /// The checkpoint follows where this record is the next one.
    private mutating func advance(from sequence: UInt64) -> UInt64? {
        guard sequence == checkpoint + 1 else { return nil }
        while isSettled(states[slot(checkpoint + 1)]) {
            states[slot(checkpoint + 1)] = .absent
            checkpoint += 1
        }
        return checkpoint
    }

    /// What is kept of a record that is on its way.
    package func entry(of sequence: UInt64) -> Entry? {
        isSent(sequence) ? entries[slot(sequence)] : nil
    }

    /// The lowest sequence that is on its way.
    package var oldest: UInt64? {
        guard !isEmpty else { return nil }
        return (checkpoint + 1...checkpoint + UInt64(recordLimit)).first(where: isSent)
    }

    /// The records that are on their way since this time or before, with the topics that they
    /// belong to.
    package func waiting(since time: UInt64) -> [(sequence: UInt64, home: Int)] {
        var left = records
        var found: [(sequence: UInt64, home: Int)] = []
        var sequence = checkpoint
        while left > 0 {
            sequence += 1
            guard isSent(sequence) else { continue }
            left -= 1
            let entry = entries[slot(sequence)]
            if entry.sentAt <= time { found.append((sequence, entry.home)) }
        }
        return found
    }

    private func isSettled(_ state: State) -> Bool { state == .acknowledged || state == .passed }

    /// Whether a record need not be sent again: it is acknowledged, or passed.
    package func isAcknowledged(_ sequence: UInt64) -> Bool {
        sequence <= checkpoint || (isInside(sequence) && isSettled(states[slot(sequence)]))
    }

    /// Whether a record beyond the checkpoint was passed.
    package func isPassed(_ sequence: UInt64) -> Bool {
        isInside(sequence) && states[slot(sequence)] == .passed
    }

    /// Whether a record that belongs to this topic is on its way.
    package func hasRecords(of home: Int) -> Bool {
        !isEmpty && states.indices.contains { states[$0] == .sent && entries[$0].home == home }
    }

    /// Forgets what is on its way, so that it is sent again; acknowledgements stay.
    package mutating func forgetUnacknowledged() {
        for slot in states.indices where states[slot] == .sent { leave(slot, as: .absent) }
    }

    private mutating func leave(_ slot: Int, as state: State) {
        states[slot] = state
        records -= 1
        bytes -= entries[slot].bytes
    }

    private func isSent(_ sequence: UInt64) -> Bool {
        isInside(sequence) && states[slot(sequence)] == .sent
    }

    private func isInside(_ sequence: UInt64) -> Bool {
        sequence > checkpoint && sequence - checkpoint <= UInt64(recordLimit)
    }

    private func slot(_ sequence: UInt64) -> Int {
        Int(sequence % UInt64(recordLimit))
    }
}
