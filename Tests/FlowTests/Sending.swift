import Support
import Threads

/// Webhooks on their way to `serve`: over several connections, each again until a 200 comes, as the
/// real sender does it.
final class Sending: Sendable {
    /// How it went so far.
    struct Report: Sendable {
        /// By the index of the body: the answer that said 200.
        var acknowledged: [Int: String] = [:]
        /// How often each status came.
        var statuses: [Int: Int] = [:]
        /// How often no answer came: refused, cut or silent.
        var unanswered = 0
        fileprivate var next = 0
        fileprivate var stopped = false
    }

    private let port: Int
    private let key: String
    private let bodies: [[UInt8]]
    private let perSecond: Int?
    private let start = ContinuousClock.now
    private let state = Monitor(Report())
    private let workers = Monitor<[Worker]>([])

    /// Starts to send, at a rate or as fast as the answers come.
    init(
        _ bodies: [[UInt8]], port: Int, key: String, connections: Int = 8, perSecond: Int? = nil
    ) {
        self.port = port
        self.key = key
        self.bodies = bodies
        self.perSecond = perSecond
        workers.withLock { workers in
            workers = (0..<connections).map { Worker("sender-\($0)") { self.work() } }
        }
    }

    /// How it went so far.
    var report: Report { state.withLock { $0 } }

    /// Sends no further body; the ones on their way still get their answer, or none.
    func stop() {
        state.withLock { $0.stopped = true }
        for worker in workers.withLock({ $0 }) { worker.join() }
    }

    /// Waits until each body has got its 200.
    @discardableResult
    func waitForAll(upTo limit: Duration) throws -> Report {
        do {
            try waitFor(bodies.count, upTo: limit)
        } catch {
            stop()
            throw error
        }
        stop()
        return report
    }

    /// Waits until so many bodies have got their 200.
    func waitFor(_ count: Int, upTo limit: Duration) throws {
        do {
            try eventually("\(count) acknowledgements", upTo: limit) {
                state.withLock { $0.acknowledged.count >= count }
            }
        } catch let timedOut as TimedOut {
            let report = report
            throw TimedOut(
                description: """
                    \(timedOut.description); \(report.acknowledged.count) came, statuses \
                    \(report.statuses), \(report.unanswered) without an answer
                    """)
        }
    }

    private func work() {
        var connection: RawConnection?
        while let index = takeNext() {
            waitUntilDue(index)
            while !deliver(index, &connection) {
                if state.withLock({ $0.stopped }) { return }
                // A refused connection answers at once: not ten thousand tries a second.
                pauseBriefly()
            }
        }
    }

    private func takeNext() -> Int? {
        state.withLock { state in
            guard !state.stopped, state.next < bodies.count else { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }

    /// One attempt; whether the body is acknowledged.
    private func deliver(_ index: Int, _ connection: inout RawConnection?) -> Bool {
        do {
            let open = try connection ?? RawConnection(port: port)
            connection = open
            open.send(Self.request(bodies[index], key: key))
            let response = try open.response(upTo: .seconds(20))
            if response["connection"] == "close" { connection = nil }
            state.withLock { state in
                state.statuses[response.status, default: 0] += 1
                if response.status == 200 { state.acknowledged[index] = response.body }
            }
            return response.status == 200
        } catch {
            connection = nil
            state.withLock { $0.unanswered += 1 }
            return false
        }
    }

    /// The request that posts the body, as the real sender makes it.
    static func request(
        _ body: [UInt8], key: String, type: String = "application/json"
    ) -> [UInt8] {
        let head = """
            POST /webhooks/telness HTTP/1.1\r
            Host: 127.0.0.1\r
            X-Api-Key: \(key)\r
            Content-Type: \(type)\r
            Content-Length: \(body.count)\r
            \r\n
            """
        return Array(head.utf8) + body
    }

    private func waitUntilDue(_ index: Int) {
        guard let perSecond else { return }
        let due = start + .seconds(1) * index / perSecond
        while .now < due, !state.withLock({ $0.stopped }) { pauseBriefly() }
    }
}
