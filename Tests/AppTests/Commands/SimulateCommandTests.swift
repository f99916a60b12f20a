import Simulator
import Testing

@testable import App

struct SimulateCommandTests {
    @Test func `options become a simulation`() {
        var invocation = Invocation(
            command: SimulateCommand.command, console: Console { _ in true }, environment: [:])
        invocation.values = [
            "--rate": ["0"], "--events": ["7"], "--connections": ["9"], "--retries": ["0.5"],
            "--faults": [""],
        ]
        let configuration = SimulateCommand.configuration(invocation)
        #expect(configuration.ratePerSecond == 0)
        #expect(configuration.events == 7)
        #expect(configuration.connections == 9)
        #expect(configuration.retryShare == 0.5)
        #expect(configuration.malformedShare > 0)
    }

    @Test func `without a key nothing is sent`() {
        let end = CommandSession().run("simulate --events 1")
        #expect(end.code == .usage)
        #expect(end.complaints.contains("--key"))
    }

    @Test func `where nobody answers it fails, and says so`() {
        let end = CommandSession().run(
            "simulate -k x --url http://127.0.0.1:1/ --events 1 --seconds 1 -o json")
        #expect(end.code == .negative)
    }
}
