package import Events
internal import HTTPClient
internal import JSON
internal import Threads

/// Sends generated requests over several connections at a constant rate, and repeats what is not
/// answered with 200, as the sender of the webhooks does.
package final class Simulation: Sendable {
    /// Told what came of each request, from the sending threads.
    package typealias Observer = @Sendable (SimulatedRequest, SimulatedAnswer) -> Void

    private let configuration: SimulatorConfiguration
    private let url: String
    private let headers: [(String, String)]
    private let observer: Observer?
    private let desk: Monitor<Desk>

    /// What the connections share.
    private struct Desk {
        var generator: EventGenerator
        var report = SimulationReport()
        var taken = 0
        var started: UInt64?
        var isStopped = false
    }

    /// Makes a simulation that sends to `url` with an API key.
    package init(
        _ configuration: SimulatorConfiguration, url: String, apiKey: String,
        start: Timestamp = .now(), observer: Observer? = nil
    ) {
        self.configuration = configuration
        self.url = url
        self.observer = observer
        headers = [("Content-Type", "application/json"), ("X-Api-Key", apiKey)]
        desk = Monitor(Desk(generator: EventGenerator(configuration, start: start)))
    }

    /// Sends all that was asked for, or until `stop()`, and reports; blocks, once.
    package func run() -> SimulationReport {
        desk.withLock { $0.started = MonotonicClock.now() }
        let workers = (0..<max(1, configuration.connections)).map { number in
            Worker("simulate-\(number)") { [self] in work() }
        }
        for worker in workers { worker.join() }
        return progress
    }

    /// Asks `run()` to return once the requests on their way are answered.
    package func stop() {
        desk.update { $0.isStopped = true }
    }

    /// How it stands.
    package var progress: SimulationReport {
        desk.withLock { desk in
            if let started = desk.started {
                desk.report.seconds = Double(MonotonicClock.now() - started) / 1e9
            }
            return desk.report
        }
    }

    private func work() {
        let client = HTTPClient(timeout: .seconds(10))
        let scanner = JSONScanner()
        while let (request, due) = take() {
            guard pause(until: due) else { return }
            let (answer, attempts) = send(request, client, scanner)
            let seconds = Double(MonotonicClock.now() - due) / 1e9
            desk.withLock { $0.report.add(answer, attempts: attempts, seconds: seconds) }
            observer?(request, answer)
        }
    }

    /// The next request and when it is due; nil at the end.
    private func take() -> (request: SimulatedRequest, due: UInt64)? {
        desk.withLock { desk in
            guard !desk.isStopped, let request = desk.generator.next() else { return nil }
            guard configuration.ratePerSecond > 0 else { return (request, MonotonicClock.now()) }
            let offset = Double(desk.taken) / configuration.ratePerSecond
            desk.taken += 1
            return (request, (desk.started ?? 0) + UInt64(offset * 1e9))
        }
    }

    /// Waits; false where the simulation is stopped meanwhile.
    private func pause(until due: UInt64) -> Bool {
        let now = MonotonicClock.now()
        guard due > now else { return true }
        let wait = Duration.nanoseconds(Int64(due - now))
        return desk.wait(upTo: wait) { $0.isStopped ? true : nil } == nil
    }

    /// Tries until it is answered with 200, with growing pauses, for a bounded time.
    private func send(
        _ request: SimulatedRequest, _ client: HTTPClient, _ scanner: JSONScanner
    ) -> (answer: SimulatedAnswer, attempts: Int) {
        let limit = MonotonicClock.now() + UInt64(configuration.giveUpSeconds) * 1_000_000_000
        var backoff = Self.firstBackoff
        var attempts = 0
        while true {
            attempts += 1
            let answer = attempt(request, client, scanner)
            // Cut short on purpose: the right answer is a refusal, and no retry will change it.
            if answer.isAcknowledged || request.kind == .malformed { return (answer, attempts) }
            let next = MonotonicClock.now() + backoff
            guard next < limit, pause(until: next) else { return (answer, attempts) }
            backoff = min(backoff * 2, Self.lastBackoff)
        }
    }

    private static let firstBackoff: UInt64 = 100_000_000
    private static let lastBackoff: UInt64 = 5_000_000_000

    private func attempt(
        _ request: SimulatedRequest, _ client: HTTPClient, _ scanner: JSONScanner
    ) -> SimulatedAnswer {
        do {
            return SimulatedAnswer(
                try client.post(url, headers: headers, body: request.body), scanner)
        } catch {
            return .unanswered
        }
    }
}
