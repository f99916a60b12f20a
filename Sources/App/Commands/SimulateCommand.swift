import Events
import JSON
import Simulator
import Threads

/// `simulate`.
enum SimulateCommand {
    static let command = Command(
        name: "simulate", group: .run,
        summary: "Send realistic webhooks at a rate, with retries and reordering",
        details: """
            Orders and licences are made, changed and ended, as their sender would tell it: some
            events come twice, some late; with --faults some are broken, unknown or contradictory.
            What is not answered with 200 is sent again, with growing pauses. Ctrl-C ends it; the
            summary comes at the end. Ends with 1 where a right request was refused or not answered.
            """,
        options: [
            .init(
                name: "--url", value: .text("URL"),
                help: "Where to send (http://127.0.0.1:8080/webhooks/telness)"),
            .init(
                name: "--key", short: "-k", value: .text("KEY"),
                help: "The API key; else HOOKLINE_API_KEY"),
            .init(
                name: "--rate", short: "-r", value: .number("N", 0...1_000_000),
                help: "Requests a second (50); 0 for as fast as they are answered"),
            .init(
                name: "--seconds", short: "-s", value: .integer("N", 1...1_000_000),
                help: "How long; else until Ctrl-C"),
            .init(
                name: "--events", short: "-n", value: .integer("N", 1...1_000_000_000),
                help: "How many different events; else without end"),
            .init(
                name: "--connections", value: .integer("N", 1...1024),
                help: "Connections, one request at a time each (4)"),
            .init(
                name: "--entities", value: .integer("N", 1...1_000_000),
                help: "Orders and licences alive at a time (200)"),
            .init(
                name: "--retries", value: .number("SHARE", 0...1),
                help: "The share of events that come again (0.02)"),
            .init(
                name: "--reorder", value: .number("SHARE", 0...1),
                help: "The share of events that others overtake (0.05)"),
            .init(name: "--faults", help: "One in a hundred of every kind of fault"),
            .init(
                name: "--seed", value: .integer("N", 0...Int.max),
                help: "The same seed gives the same life (1)"),
            .output,
        ],
        readsSettings: false,
        examples: [
            .init(
                text: "beside hookline dev, with the key that it prints",
                line: "hookline simulate -k dev-0123456789abcdef --rate 100"),
            .init(
                text: "as much as goes, for ten seconds",
                line: "hookline simulate --rate 0 --connections 64 --seconds 10"),
        ]
    ) { invocation throws(CommandFailure) in
        guard
            let key = invocation.text("--key") ?? invocation.environment["HOOKLINE_API_KEY"],
            !key.isEmpty
        else {
            throw CommandFailure(
                .usage, "an API key is needed: give --key, or HOOKLINE_API_KEY in the environment")
        }
        Signals.block()
        let simulation = Simulation(
            configuration(invocation),
            url: invocation.text("--url") ?? "http://127.0.0.1:8080/webhooks/telness", apiKey: key)
        let progress = SimulationProgress(
            simulation, console: invocation.console, isShown: !invocation.wantsJSON,
            limit: invocation.integer("--seconds").map { .seconds($0) })
        let sender = SimulationPart(simulation)
        let end = Role([sender, progress]).run()
        let report = simulation.progress
        try write(report, invocation)
        return report.hasFailures || !end.isClean || report.sent == 0 ? .negative : .success
    }

    static func configuration(_ invocation: Invocation) -> SimulatorConfiguration {
        var configuration = SimulatorConfiguration()
        if let rate = invocation.number("--rate") { configuration.ratePerSecond = rate }
        if let share = invocation.number("--retries") { configuration.retryShare = share }
        if let share = invocation.number("--reorder") { configuration.reorderShare = share }
        if let count = invocation.integer("--connections") { configuration.connections = count }
        if let count = invocation.integer("--entities") { configuration.entities = count }
        if let seed = invocation.integer("--seed") { configuration.seed = UInt64(seed) }
        configuration.events = invocation.integer("--events")
        if invocation.has("--faults") { configuration.addFaults() }
        return configuration
    }

    private static func write(
        _ report: SimulationReport, _ invocation: Invocation
    ) throws(CommandFailure) {
        guard invocation.wantsJSON else {
            try invocation.console.line("\(report)")
            return
        }
        var writer = JSONWriter()
        report.write(to: &writer)
        writer.newline()
        try invocation.console.write(writer.text)
    }
}

/// Sends until all is sent, or until it is stopped.
private final class SimulationPart: Part {
    let name = "simulation"
    /// The requests on their way are answered, or time out.
    let stopLimit = Duration.seconds(8)
    private let simulation: Simulation

    init(_ simulation: Simulation) {
        self.simulation = simulation
    }

    func run() throws {
        _ = simulation.run()
    }

    func stop() {
        simulation.stop()
    }
}

/// Shows each second how it stands, on a terminal, and ends the simulation when its time is over.
private final class SimulationProgress: Part {
    let name = "progress"
    private let simulation: Simulation
    private let console: Console
    private let isShown: Bool
    private let limit: Duration?
    private let isStopped = Monitor(false)

    init(_ simulation: Simulation, console: Console, isShown: Bool, limit: Duration?) {
        self.simulation = simulation
        self.console = console
        self.isShown = isShown && console.isTerminal
        self.limit = limit
    }

    func run() throws {
        let start = ContinuousClock.now
        var second = 0
        while true {
            second += 1
            let next = start + .seconds(second)
            let isOver = isStopped.wait(upTo: next - .now) { $0 ? true : nil }
            if isOver == true { break }
            if let limit, ContinuousClock.now - start >= limit { simulation.stop() }
            try show()
        }
        // The line of the progress makes room for the summary.
        if isShown { try console.write("\r\u{1B}[K") }
    }

    func stop() {
        isStopped.update { $0 = true }
    }

    private func show() throws(CommandFailure) {
        guard isShown else { return }
        let report = simulation.progress
        let rate = Int(report.rate.rounded())
        try console.write(
            "\r\u{1B}[K\(report.sent) sent, \(report.acknowledged) acknowledged, \(rate) a second")
    }
}
