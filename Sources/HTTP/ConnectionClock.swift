/// What a connection waits for, and until when: three clocks for the client, one for ourselves.
///
/// No clock is prolonged by a byte that comes now and then: each starts once and ends once. A
/// value goes into 64 bits, so that the thread of the connection sets it with one store and the
/// watch reads it with one load.
struct ConnectionClock: Equatable, Sendable {
    /// What the connection does.
    enum Phase: UInt64, Sendable, CaseIterable {
        /// The last answer is on its way or out; the next request line has not come.
        case idle
        /// The request line has come.
        case header
        /// The headers have come.
        case body
        /// A handler runs, on the connection's thread: it blocks for nothing, so no clock runs.
        case handling
        /// A handler waits for another thread, such as the one that writes the journal.
        case waiting
        /// A clock ran out, and the connection was cut.
        case cut
    }

    let phase: Phase
    /// Milliseconds of the monotonic clock; nothing ends a phase without a limit.
    let deadline: UInt64

    init(_ phase: Phase, since now: UInt64, _ limits: ConnectionLimits) {
        self.init(phase, deadline: limits[phase].map { now + $0 } ?? UInt64.max >> 3)
    }

    init(_ phase: Phase, deadline: UInt64) {
        self.phase = phase
        self.deadline = deadline
    }

    /// Whether the time of the phase is over.
    func isOver(at now: UInt64) -> Bool {
        now >= deadline && phase != .cut && phase != .handling
    }

    var packed: UInt64 { deadline << 3 | phase.rawValue }

    init(packed: UInt64) {
        // Six phases in three bits: only values that were packed here come back.
        phase = Phase(rawValue: packed & 7) ?? .cut
        deadline = packed >> 3
    }
}

/// How long each phase of a connection may take, in milliseconds.
struct ConnectionLimits: Sendable {
    let idle: UInt64
    let header: UInt64
    let body: UInt64
    let waiting: UInt64

    /// For a connection that is only told why it is refused.
    var hurried: ConnectionLimits {
        let most: UInt64 = 2_000
        return ConnectionLimits(
            idle: min(idle, most), header: min(header, most), body: min(body, most),
            waiting: waiting)
    }

    subscript(phase: ConnectionClock.Phase) -> UInt64? {
        switch phase {
        case .idle: idle
        case .header: header
        case .body: body
        case .waiting: waiting
        case .handling, .cut: nil
        }
    }
}
