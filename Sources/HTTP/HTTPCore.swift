internal import Synchronization
internal import Telemetry
internal import Threads

/// What all connections of a listener share.
final class HTTPCore: Sendable {
    /// How far the end is.
    private enum Stage: UInt8 {
        case running
        /// New requests get 503; those begun go on.
        case closing
        /// Nothing reaches the handler any more.
        case closed
    }

    let handler: any HTTPHandler
    let table: ConnectionTable
    let budget: BodyBudget
    let metrics: HTTPMetrics
    let linger = Linger()
    let discardBytes: Int
    private let log: Log
    private let stage = Atomic<UInt8>(Stage.running.rawValue)
    private let begun = Atomic<UInt64>(.random(in: 0...UInt64.max))
    private let active = Atomic<Int>(0)
    private let resumptions = Atomic<Int>(0)
    private let quiet = Monitor<Bool>(false)

    init(
        _ configuration: HTTPServerConfiguration, _ handler: any HTTPHandler, _ log: Log,
        _ metrics: HTTPMetrics
    ) {
        self.handler = handler
        self.log = log
        self.metrics = metrics
        discardBytes = configuration.discardBytes
        budget = BodyBudget(limit: configuration.bodyMemoryBytes)
        table = ConnectionTable(
            limit: configuration.connections,
            limitPerAddress: configuration.connectionsPerAddress, configuration.limits)
        metrics.watch(table, budget)
    }

    func nextID() -> RequestID {
        RequestID(number: begun.wrappingAdd(1, ordering: .relaxed).newValue)
    }

    /// Throws where a connection's requests are only answered, not served.
    func admit(_ connection: HTTPConnection) throws(HTTPProblem) {
        switch connection.admission {
        case .served: try admitWhole(since: .closing)
        case .tooMany:
            throw .unavailable("connections", "Too many connections are open.", closes: true)
        case .tooManyFromAddress:
            throw .unavailable(
                "connections-from-address", "Too many connections come from this address.",
                closes: true)
        }
    }

    /// Throws where the end has come while the body was on its way.
    func admitWhole() throws(HTTPProblem) {
        try admitWhole(since: .closed)
    }

    private func admitWhole(since end: Stage) throws(HTTPProblem) {
        guard stage.load(ordering: .acquiring) < end.rawValue else { throw .stopping }
    }

    func note(_ problem: HTTPProblem, _ id: RequestID) {
        metrics.countRefusal(problem.reason)
        log.debug(
            "request refused",
            [
                "reason": .string("\(problem.reason)"), "status": LogValue(problem.status),
                "requestId": .string(id.description),
            ])
    }

    // MARK: - Counting what is under way

    var openExchanges: Int { active.load(ordering: .relaxed) }

    func exchangeBegan() {
        active.wrappingAdd(1, ordering: .relaxed)
    }

    func exchangeEnded() {
        let left = active.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue
        if left == 0, isClosing { quiet.update { _ in } }
    }

    /// Runs the call that resumes a connection: the daemon must not be stopped inside it, and the
    /// exchange may be over before it returns.
    func resuming(_ resume: () -> Void) {
        resumptions.wrappingAdd(1, ordering: .acquiringAndReleasing)
        resume()
        resumptions.wrappingSubtract(1, ordering: .acquiringAndReleasing)
    }

    // MARK: - The end

    /// From here on new requests get 503 and the connection is closed.
    func close() {
        advance(to: .closing)
    }

    /// From here on nothing reaches the handler.
    func shut() {
        advance(to: .closed)
    }

    /// Whether each answer is the last of its connection.
    var isClosing: Bool {
        stage.load(ordering: .acquiring) != Stage.running.rawValue
    }

    private func advance(to next: Stage) {
        stage.max(next.rawValue, ordering: .acquiringAndReleasing)
    }

    /// Waits until no request is under way; false where one still is at the deadline.
    func waitUntilQuiet(upTo limit: Duration) -> Bool {
        quiet.wait(upTo: limit) { [self] _ in
            active.load(ordering: .acquiring) == 0 ? true : nil
        } ?? false
    }

    /// Ends every wait for another thread: those clients get 503.
    func endWaits() {
        for exchange in table.waiting { exchange.refuse(.stopping) }
    }

    /// Whether a handler runs, waits for an answer, or a connection is being resumed.
    var isHandling: Bool {
        table.isAnyHandled || !table.waiting.isEmpty
            || resumptions.load(ordering: .acquiring) != 0
    }
}

extension HTTPProblem {
    /// The listener is on its way out.
    static var stopping: HTTPProblem {
        .unavailable("stopping", "The server is shutting down.", closes: true)
    }

    /// Another thread did not answer in time.
    static var late: HTTPProblem {
        .unavailable("late", "The request took too long here; it may be sent again.")
    }
}
