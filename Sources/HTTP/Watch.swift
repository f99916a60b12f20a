internal import Threads

/// The thread that looks at the clocks of all connections.
final class Watch: Sendable {
    /// Between two looks; a clock is as exact as that.
    private static let interval = Duration.milliseconds(100)

    private let isOver: Monitor<Bool>
    private let worker: Worker

    init(_ core: HTTPCore) {
        let isOver = Monitor(false)
        self.isOver = isOver
        worker = Worker("http-watch") {
            while isOver.wait(upTo: Watch.interval, { $0 ? true : nil }) == nil {
                Watch.look(core)
            }
        }
    }

    func stop() {
        isOver.update { $0 = true }
        worker.join()
    }

    private static func look(_ core: HTTPCore) {
        let now = CoarseClock.now()
        let late = core.table.sweep(at: now) { core.metrics.countExpiry($0) }
        for exchange in late { exchange.refuse(.late) }
        core.linger.sweep(at: now)
    }
}
