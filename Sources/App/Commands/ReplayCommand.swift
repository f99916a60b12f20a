import Consumer
import Events
import JSON
import Kafka
import Replay
import Store
import Telemetry
import Threads

/// `replay`: builds the state again from the topics.
enum ReplayCommand {
    static let command = Command(
        name: "replay", group: .operate,
        summary: "Build the state again from the topics; compare it, take it",
        details: """
            Reads the topics from their beginning to the ends that they have now, into a new
            generation beside the live one, which consume goes on keeping meanwhile. Ended at any
            moment, the live state is untouched; what it leaves unfinished the next one removes.

            --verify compares every entity with the live state after both have read the same, and
            lists the fields that differ with the event that set each side; ends with 1 where any
            does. --swap brings the new generation to what the live one has read and makes it the
            live one, without a stop: nobody sees half of either, or the past. It is refused with
            --at, and with --topic unless all are named. Both: the swap comes after the comparison,
            whatever that says. Without --swap the generation stays for the state commands
            (--generation) until the next replay.

            --at builds what the events say that occurred up to then: it is about when things
            occurred, and not when they arrived. A date is its beginning in UTC. The live state
            then knows more, and only what it knows worse counts as different.
            """,
        options: [
            .init(
                name: "--topic", value: .text("TOPIC"),
                help: "Only this topic; repeatable", isRepeatable: true),
            .init(name: "--at", value: .text("TIME"), help: "Only what occurred up to then"),
            .init(name: "--verify", help: "Compare it with the live state"),
            .init(name: "--swap", help: "Make it the live state"),
            .init(name: "--back", help: "Make the generation the live one that was it before"),
            .state, .kafka, .output,
        ],
        examples: [
            .init(text: "does a rebuild say the same?", line: "hookline replay --verify"),
            .init(text: "take the rebuilt state", line: "hookline replay --swap"),
            .init(text: "the state of a Tuesday", line: "hookline replay --at 2026-11-24"),
            .init(text: "undo a swap", line: "hookline replay --back"),
        ]
    ) { invocation throws(CommandFailure) in
        Signals.block()
        let stop = StopSignal()
        defer { stop.end() }
        return try ReplaySession(invocation, stop: stop.flag).run()
    }
}

/// SIGTERM, SIGINT and SIGHUP set a flag, while a command runs that must end in order.
final class StopSignal: Sendable {
    /// True once the command is to end.
    let flag = Monitor(false)
    private let isOver = Monitor(false)
    private let worker: Worker
    private static let look = Duration.milliseconds(100)

    init() {
        let (flag, isOver) = (flag, isOver)
        worker = Worker("replay-signals") {
            while !isOver.withLock({ $0 }) {
                if let signal = Signals.wait(upTo: Self.look), signal != .nudge {
                    flag.update { $0 = true }
                }
            }
        }
    }

    /// Waits for signals no more.
    func end() {
        isOver.update { $0 = true }
        worker.join()
    }
}
