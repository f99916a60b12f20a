import Consumer
import Events
import Kafka
import Replay
import Store
import Telemetry
import Threads

/// One run of `hookline replay`: build, compare, swap, tidy, and say each.
struct ReplaySession {
    private let invocation: Invocation
    private let settings: Settings
    private let topics: ReplayTopics
    private let at: PointInTime?
    private let replay: ReplayRun
    private let printer: ReplayPrinter

    /// Checks what was typed, and locks the folder for replay.
    init(_ invocation: Invocation, stop: Monitor<Bool>) throws(CommandFailure) {
        self.invocation = invocation
        settings = try SettingsLoader(invocation).load()
        at = try invocation.pointInTime("--at")
        let (catalogue, kafka) = (settings.catalogue, settings.kafka)
        let names = invocation.values["--topic"] ?? []
        topics = try Self.asking { () throws(ConsumerError) in
            try ReplayTopics(names, catalogue: catalogue, prefix: kafka.topicPrefix)
        }
        let printer = ReplayPrinter(invocation.console, isJSON: invocation.wantsJSON)
        self.printer = printer
        let swap = GenerationSwap(
            settings.state, catalogue: catalogue, kafka: kafka, log: .silent)
        replay = try Self.asking { () throws(ConsumerError) in
            try ReplayRun(swap, stop: stop) { printer.show($0) }
        }
        try checkOptions()
    }

    private func checkOptions() throws(CommandFailure) {
        if invocation.has("--back") {
            let others = ["--topic", "--at", "--verify", "--swap"].filter(invocation.has)
            guard others.isEmpty else {
                throw CommandFailure(
                    .usage, "--back builds nothing: leave out \(others.joined(separator: ", "))")
            }
        }
        if invocation.has("--accept-loss"), !invocation.has("--swap"), !invocation.has("--back") {
            throw CommandFailure(.usage, "--accept-loss needs --swap or --back")
        }
        guard invocation.has("--swap") else { return }
        if at != nil {
            throw CommandFailure(
                .usage, "--swap with --at would make a past state the live one: leave one out")
        }
        if !topics.isWhole {
            throw CommandFailure(
                .usage,
                "--swap with --topic would install a part of the state: name all of the "
                    + "catalogue's topics, or none")
        }
    }

    /// Does it, and gives the exit code.
    func run() throws(CommandFailure) -> ExitCode {
        if invocation.has("--back") { return try goBack() }
        let order = ReplayOrder(topics: topics, cutoff: at?.instant)
        for name in try Self.asking(replay.removeUnfinished) {
            try printer.say("removed generation \(name), which another replay left unfinished")
        }
        try checkState()
        if let at { try printer.say("as of \(at), by when things occurred") }
        let targets = try Self.asking { () throws(ConsumerError) in try replay.targets(topics) }
        printer.begin(targets)
        let built = try Self.asking { () throws(ConsumerError) in
            try replay.build(order, to: targets)
        }
        try printer.built(built.generation.name, built.read)
        var (code, worse) = (ExitCode.success, 0)
        if invocation.has("--verify") {
            let verdict = try verify(built.generation, order)
            if verdict.different > 0 { code = .negative }
            worse = verdict.worse
        }
        if invocation.has("--swap"), worse > 0, !invocation.has("--accept-loss") {
            try printer.say(
                "\(worse) entities would be worse, so the live state stays; if it is the live state "
                    + "that is wrong, run `hookline replay --swap`, which swaps if no event is "
                    + "missing")
        } else if invocation.has("--swap") {
            try Self.asking { () throws(ConsumerError) in
                try replay.install(
                    built.generation, topics, acceptingLoss: invocation.has("--accept-loss"))
            }
            try printer.isLive(built.generation.name)
        }
        try tidy()
        try printer.end()
        return code
    }

    /// Without a live state there is nothing to be beside of.
    private func checkState() throws(CommandFailure) {
        guard !invocation.has("--swap") else { return }
        let folder = settings.state.folder
        let current = try StateCommands.stored { () throws(StoreError) in
            try StateFolder(folder).current()
        }
        guard current == nil else { return }
        throw CommandFailure(
            .noInput,
            "there is no state in \(folder): add --swap to begin with what is rebuilt, or run "
                + "`hookline consume`")
    }

    private func verify(
        _ generation: Generation, _ order: ReplayOrder
    ) throws(CommandFailure) -> ReplayRun.Verdict {
        let verdict = try Self.asking { () throws(ConsumerError) in
            try replay.verify(generation, order) { difference in printer.add(difference) }
        }
        try printer.verified(verdict, isWhole: order.isWhole)
        return verdict
    }

    private func goBack() throws(CommandFailure) -> ExitCode {
        let former = try Self.asking(replay.former)
        try Self.asking { () throws(ConsumerError) in
            try replay.makeLive(
                former, topics, acceptingLoss: invocation.has("--accept-loss"))
        }
        try printer.isLive(former.name)
        try tidy()
        try printer.end()
        return .success
    }

    private func tidy() throws(CommandFailure) {
        for name in try Self.asking(replay.removeOld) {
            try printer.say("removed the old generation \(name)")
        }
    }

    private static func asking<R>(
        _ body: () throws(ConsumerError) -> R
    ) throws(CommandFailure) -> R {
        do {
            return try body()
        } catch {
            throw CommandFailure(error)
        }
    }
}
