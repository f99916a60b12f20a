internal import Synchronization
internal import Threads

/// One connection of a client, from the moment it is accepted until it is closed.
final class HTTPConnection: Sendable {
    /// Whether it is served, or only told why not.
    enum Admission: Sendable {
        case served, tooMany, tooManyFromAddress
    }

    let descriptor: Int32
    let address: PeerAddress
    let admission: Admission
    private let clock: Atomic<UInt64>
    private let isToLinger = Atomic<Bool>(false)
    private let limits: ConnectionLimits
    /// The exchange that waits for another thread, for the watch to end the wait.
    private let waiter = Monitor<HTTPExchange?>(nil)

    init(
        descriptor: Int32, address: PeerAddress, admission: Admission, _ limits: ConnectionLimits
    ) {
        self.descriptor = descriptor
        self.address = address
        self.admission = admission
        self.limits = limits
        clock = Atomic(ConnectionClock(.idle, since: CoarseClock.now(), limits).packed)
    }

    /// Whether what the client still sends is read for a while after the close.
    var lingers: Bool {
        get { isToLinger.load(ordering: .relaxed) }
        set { isToLinger.store(newValue, ordering: .relaxed) }
    }

    /// What it does now.
    var phase: ConnectionClock.Phase {
        ConnectionClock(packed: clock.load(ordering: .acquiring)).phase
    }

    /// Starts the clock of a phase; only for the connection's own thread.
    func enter(_ phase: ConnectionClock.Phase) {
        let now = phase == .handling ? 0 : CoarseClock.now()
        clock.store(ConnectionClock(phase, since: now, limits).packed, ordering: .releasing)
    }

    /// Notes that the exchange waits.
    func wait(_ exchange: HTTPExchange) {
        waiter.withLock { $0 = exchange }
        enter(.waiting)
    }

    /// Notes that the wait is over; only for the connection's own thread.
    func stopWaiting() {
        waiter.withLock { $0 = nil }
    }

    /// The exchange that waits, if one does.
    var waitingExchange: HTTPExchange? {
        waiter.withLock { $0 }
    }

    /// Marks it as cut where a clock has run out, and says which; only for the watch.
    func expire(at now: UInt64) -> ConnectionClock.Phase? {
        let packed = clock.load(ordering: .acquiring)
        let current = ConnectionClock(packed: packed)
        guard current.isOver(at: now) else { return nil }
        let next: ConnectionClock.Phase = current.phase == .waiting ? .handling : .cut
        let (exchanged, _) = clock.compareExchange(
            expected: packed, desired: ConnectionClock(next, since: now, limits).packed,
            ordering: .acquiringAndReleasing)
        // Where it moved on meanwhile, it was in time.
        return exchanged ? current.phase : nil
    }
}
