import Files
import Support
import Telemetry
import Testing

@testable import Journal

/// The journal's real code on a disk that loses power.
///
/// `POWER_LOSS_HISTORIES` says how many random lives there are, `POWER_LOSS_SEED` lives one of
/// them alone and prints what happened in it, call by call.
@Suite(.timeLimit(.minutes(10))) struct PowerLossTests {
    private static let histories = Environment["POWER_LOSS_HISTORIES"].flatMap { Int($0) } ?? 200
    private static let one = Environment["POWER_LOSS_SEED"].flatMap { Int($0) }
    private static let steps = 150

    private static func seeds(_ count: Int) -> [Int] { one.map { [$0] } ?? Array(1...count) }

    /// Whether it went well; else the seed is said, and what happened where that is wanted.
    private func survives(
        _ seed: Int, _ history: PowerLossHistory, _ life: (PowerLossHistory) throws -> Void
    ) -> Bool {
        do {
            try life(history)
            return true
        } catch {
            for line in history.trace { print(line) }
            Issue.record("POWER_LOSS_SEED=\(seed): \(error)")
            return false
        }
    }

    @Test func `what was acknowledged survives every loss of power, in order and once`() {
        var tally = PowerLossHistory.Tally()
        for seed in Self.seeds(Self.histories) {
            let history = PowerLossHistory(seed: seed, isTraced: Self.one != nil)
            guard survives(seed, history, { try $0.run(steps: Self.steps) }) else { return }
            tally += history.tally
        }
        guard Self.one == nil else { return }
        // What a hundred lives must have met, or they prove little.
        for what in PowerLossHistory.Tally.expected {
            #expect(tally.counts[what, default: 0] > 0, "\(what): never")
        }
        if Environment["POWER_LOSS_HISTORIES"] != nil { print(tally) }
    }

    @Test func `power may go at any call of a recovery`() {
        var cut = 0
        for seed in Self.seeds(max(3, Self.histories / 100)) {
            let history = PowerLossHistory(seed: seed)
            guard survives(seed, history, { try $0.live(steps: Self.steps) }) else { return }
            for call in 1... {
                let copy = PowerLossHistory(after: history, seed: call, isTraced: Self.one != nil)
                var isCut = false
                let isWell = survives(seed, copy) { copy in
                    isCut = try copy.startIsCut(at: call)
                    try copy.end()
                }
                guard isWell else { return }
                if !isCut { break }
                cut += 1
            }
        }
        #expect(Self.one != nil || cut > 60)
    }

    @Test func `what a killed process had not synced is synced before it is a duplicate`() throws {
        for seed in 1...50 {
            let disk = MemoryDisk(seed: seed)
            var configuration = JournalConfiguration()
            configuration.folder = "journal"
            configuration.segmentBytes = 64 << 10
            configuration.batchBytes = 16 << 10
            configuration.dedup.maxIds = 100
            let body = Sample.body(1)
            let entry = Sample.event(1, body: body)
            func take(_ writer: JournalWriter) throws -> AppendReceipt? {
                var receipt: AppendReceipt?
                let answers = Answers()
                writer.append(entry, body: body.span) { answers.results.append($0) }
                _ = try? writer.step(.now())
                if case .success(let promise)? = answers.results.first { receipt = promise }
                return receipt
            }
            func open() throws -> JournalWriter {
                try JournalWriter.open(configuration, disk, .silent, Metrics(), at: .now())
            }
            var writer: JournalWriter? = try open()
            disk.stopsAt = disk.calls + 2
            #expect(try writer.flatMap(take) == nil, "killed before the sync")
            disk.endProcess()
            writer = try open()
            #expect(try writer.flatMap(take)?.duplicate == true)
            disk.losePower()
            writer = try open()
            #expect(try writer?.all().map(\.body) == [body])
            disk.endProcess()
            writer = nil
        }
    }

    private final class Answers: @unchecked Sendable {
        // Safe because: the test is one thread.
        var results: [Result<AppendReceipt, AppendRefusal>] = []
    }
}
