import Events
import Simulator
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10)))
struct SimulationTests {
    @Test func `everything is sent, faults and refusals are told apart`() throws {
        var configuration = SimulatorConfiguration()
        configuration.events = 300
        configuration.ratePerSecond = 0
        configuration.connections = 4
        configuration.retryShare = 0.1
        configuration.addFaults()
        // Another start is another life: shares at which each kind comes in any of them.
        configuration.malformedShare = 0.05
        configuration.unknownTypeShare = 0.05
        try SampleIngress.run { ingress, url in
            let history = SimulatedHistory()
            let simulation = Simulation(
                configuration, url: url, apiKey: "secret", observer: history.note)
            let report = simulation.run()
            #expect(report.sent >= 300)
            #expect(report.unanswered == 0)
            #expect(report.attemptsMore > 20)
            #expect(report.duplicates > 5)
            #expect(report.quarantined > 3)
            // A cut body is not tried again, so a 503 may be its answer too.
            #expect(Set(report.refused.keys).isSubset(of: [400, 503]))
            #expect((report.refused[400] ?? 0) > 3)
            #expect(report.acknowledged == report.latency.count)
            #expect(Set(history.accepted.map(\.eventID)) == ingress.taken)
            #expect(history.quarantined.count == report.quarantined)
            #expect(history.unanswered.isEmpty)
        }
    }

    @Test func `it stops in the middle, and keeps to its rate`() throws {
        var configuration = SimulatorConfiguration()
        configuration.ratePerSecond = 200
        try SampleIngress.run { _, url in
            let seen = Atomic(0)
            let stopper = Mutex<Simulation?>(nil)
            let simulation = Simulation(configuration, url: url, apiKey: "secret") { _, _ in
                let (_, count) = seen.add(1, ordering: .relaxed)
                if count == 20 { stopper.withLock { $0 }?.stop() }
            }
            stopper.withLock { $0 = simulation }
            let report = simulation.run()
            stopper.withLock { $0 = nil }
            #expect((20...24).contains(report.sent))
            // The twentieth is due at 95 ms; earlier it may not come.
            #expect(report.seconds >= 0.095)
        }
    }

    @Test func `where nobody listens it gives up after its time`() {
        var configuration = SimulatorConfiguration()
        configuration.events = 3
        configuration.retryShare = 0
        configuration.ratePerSecond = 0
        configuration.giveUpSeconds = 0
        let history = SimulatedHistory()
        let report = Simulation(
            configuration, url: "http://127.0.0.1:1/", apiKey: "secret", observer: history.note
        ).run()
        #expect(report.unanswered == 3)
        #expect(report.hasFailures)
        #expect(history.unanswered.count == 3)
    }

    @Test func `a wrong key is refused, and told`() throws {
        var configuration = SimulatorConfiguration()
        configuration.events = 2
        configuration.retryShare = 0
        configuration.ratePerSecond = 0
        configuration.giveUpSeconds = 0
        try SampleIngress.run { ingress, url in
            let report = Simulation(configuration, url: url, apiKey: "wrong").run()
            #expect(report.refused == [401: 2])
            #expect(report.hasFailures)
            #expect(ingress.taken.isEmpty)
        }
    }
}
