/// The parts of one process in flow order: started together, stopped from the front to the back.
///
/// Front to back means: first nothing new comes in, then what came is finished. Each part has its
/// own limit for that, and all have nine seconds between them, since ten is what a supervisor
/// grants before it kills.
package struct Role {
    /// What the role tells while it runs, for the log.
    package enum Notice: Sendable {
        /// Nothing new is taken from here on.
        case stopping(RoleEnd.Cause)
        /// This part has ended as asked.
        case stopped(part: String, after: Duration)
        /// This part threw.
        case failed(part: String, error: any Error)
        /// This part did not end in time, and is left behind.
        case late(part: String)
    }

    /// How long all parts together have to stop.
    package static let stopLimit = Duration.seconds(9)

    private let parts: [any Part]
    private let notice: @Sendable (Notice) -> Void

    /// A role of these parts, in flow order.
    package init(
        _ parts: [any Part], notice: @escaping @Sendable (Notice) -> Void = { _ in }
    ) {
        self.parts = parts
        self.notice = notice
    }

    /// Runs the parts until a signal comes or one of them ends, then stops all; to be called by
    /// the thread that waits for signals.
    ///
    /// SIGHUP calls `onHangup` where there is one, and else stops like the others. A second signal
    /// while stopping leaves the rest behind.
    package func run(onHangup: (() -> Void)? = nil) -> RoleEnd {
        Signals.block()
        let board = RoleBoard(parts: parts.count)
        let workers = parts.indices.map { start(parts[$0], at: $0, board) }
        let cause = waitForCause(board, onHangup)
        notice(.stopping(cause))
        let late = stopAll(board)
        let failures = board.close()
        for (index, worker) in workers.enumerated() where !late.contains(index) { worker?.join() }
        return RoleEnd(
            cause: cause, failures: failures.map { (parts[$0.part].name, $0.error) },
            late: late.map { parts[$0].name })
    }

    /// Starts the part; without a thread for it, the part has failed and there is no worker.
    private func start(_ part: any Part, at index: Int, _ board: RoleBoard) -> Worker? {
        let fail = { @Sendable [notice] (error: any Error) in
            notice(.failed(part: part.name, error: error))
            board.ended(index, error: error)
        }
        do {
            return try Worker(ifPossible: part.name) {
                do {
                    try part.run()
                    board.ended(index, error: nil)
                } catch {
                    fail(error)
                }
            }
        } catch {
            fail(error)
            return nil
        }
    }

    private func waitForCause(_ board: RoleBoard, _ onHangup: (() -> Void)?) -> RoleEnd.Cause {
        while true {
            if let (part, error) = board.firstEnd() {
                return error ? .failed(part: parts[part].name) : .ended(part: parts[part].name)
            }
            switch Signals.wait() {
            case .nudge: continue
            case .hangup:
                guard let onHangup else { return .signal(.hangup) }
                onHangup()
            case let signal: return .signal(signal)
            }
        }
    }

    private func stopAll(_ board: RoleBoard) -> [Int] {
        let clock = ContinuousClock()
        let end = clock.now + Self.stopLimit
        var late: [Int] = []
        var hurried = false
        for (index, part) in parts.enumerated() {
            let start = clock.now
            part.stop()
            let limit = min(start + part.stopLimit, end)
            while !board.hasEnded(index), !hurried, clock.now < limit {
                let signal = Signals.wait(upTo: limit - clock.now)
                hurried = signal == .interrupt || signal == .terminate
            }
            if board.hasEnded(index) {
                notice(.stopped(part: part.name, after: clock.now - start))
            } else {
                late.append(index)
                notice(.late(part: part.name))
            }
        }
        return late
    }
}

/// Why a role ended, and what was wrong with it.
package struct RoleEnd: Sendable {
    /// What made it stop.
    package enum Cause: Sendable {
        /// A signal asked for it.
        case signal(Signals.Received)
        /// This part had done all it had to do.
        case ended(part: String)
        /// This part threw.
        case failed(part: String)
    }

    /// What made it stop.
    package let cause: Cause
    /// Every part that threw, and what.
    package let failures: [(part: String, error: any Error)]
    /// The parts that did not end in time.
    package let late: [String]

    /// An end.
    package init(
        cause: Cause, failures: [(part: String, error: any Error)] = [], late: [String] = []
    ) {
        self.cause = cause
        self.failures = failures
        self.late = late
    }

    /// Whether it ended as asked, with everything wound up.
    package var isClean: Bool {
        failures.isEmpty && late.isEmpty
    }
}
