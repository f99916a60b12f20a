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
        summary: "Rebuild the state from the topics; compare it or make it live",
        details: """
            Reads the topics from their beginning to the ends that they have now, into a new
            generation beside the live one, which consume keeps up to date meanwhile. Whenever a
            replay is interrupted, the live state stays unchanged; the next one removes what it
            left unfinished.

            --verify compares every entity with the live state after both have read the same
            records, and lists the fields that differ with the event that set each side. Exits with
            1 if any differs. --swap brings the new generation to what the live one has read and
            makes it live, without a stop: no reader sees half of either, or the past. It is refused
            with --at, and with --topic unless every topic is named. With both, the swap comes after
            the comparison, unless an entity would be worse: missing, or with a field missing, of an
            older event, or of the same event with another value. Without --swap the generation
            stays for the state commands (--generation) until the next replay.

            A swap is also refused, with exit code 1, if the generation lacks an event that the live
            state has, because its record is gone from the topics. --accept-loss swaps all the same
            and records a gap for each partition concerned (hookline state gaps). Gaps that the live
            state has are kept, and so are dead letters whose records are gone.

            --at builds the state from the events that had occurred by then, whenever they arrived.
            A date is its beginning in UTC. The live state then knows more, and only what it knows
            worse counts as different.
            """,
        options: [
            .init(
                name: "--topic", value: .text("TOPIC"),
                help: "Topic to read instead of all; repeatable", isRepeatable: true),
            .init(name: "--at", value: .text("TIME"), help: "Last time of events to include"),
            .init(name: "--verify", help: "Compare it with the live state"),
            .init(name: "--swap", help: "Make it the live state"),
            .init(name: "--back", help: "Make the previously live generation live again"),
            .init(
                name: "--accept-loss",
                help: "Swap although the generation lacks events that the live state has"),
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
