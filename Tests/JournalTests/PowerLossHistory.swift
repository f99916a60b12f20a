import Events
import Files
import Support
import Telemetry
import Threads

@testable import Journal

/// A random life of a journal on a disk that loses power: the same seed gives the same life.
///
/// The journal's real code runs step by step on one thread. Between any two calls of the disk of
/// one step, steps of the other thread, webhooks and reads may come.
final class PowerLossHistory: @unchecked Sendable {
    // Safe because: a history is one thread.

    private(set) var configuration: JournalConfiguration
    let disk: MemoryDisk
    var ledger: PowerLossLedger
    var tally = Tally()
    private(set) var trace: [String] = []
    var random: SeededGenerator
    /// One event comes with ever new bodies.
    let isFlooded: Bool
    private let isTraced: Bool
    var writer: JournalWriter?
    var reader: JournalReader?
    var lastRead: UInt64 = 0
    var readLanes: [PublishPosition.Lane] = []
    var seconds: Int64 = 1_700_000_000
    private var nanoseconds: UInt64 = 1_000_000_000_000
    var webhooks: [PowerLossLedger.Webhook] = []
    /// The first promise that was broken in a callback.
    var broken: BrokenPromise?
    private var warnings: [String] = []
    /// Who is at work: nobody is interrupted by himself.
    var atWork: Set<String> = []
    private var isClean = false
    /// The helper threw: its thread has ended.
    private var hasNoHelper = false
    /// The writer threw: the process ends when nothing is at work.
    private var hasFailed = false

    init(seed: Int, isTraced: Bool = false) {
        var random = SeededGenerator(seed: seed)
        var configuration = JournalConfiguration()
        configuration.folder = "journal"
        configuration.segmentBytes = ([16, 32, 64].randomElement(using: &random) ?? 16) << 10
        configuration.batchBytes = ([8, 16].randomElement(using: &random) ?? 8) << 10
        configuration.stepBytes = ([4, 8, 64].randomElement(using: &random) ?? 4) << 10
        configuration.aheadBytes = ([0, 8, 64].randomElement(using: &random) ?? 0) << 10
        configuration.keepPublishedHours = Bool.random(using: &random) ? 0 : 0.01
        configuration.checkpointMilliseconds = 100
        configuration.dedup.chunkEntries = [4, 16, 64].randomElement(using: &random) ?? 4
        configuration.dedup.maxIds = [20, 100, 1000].randomElement(using: &random) ?? 20
        self.configuration = configuration
        disk = MemoryDisk(seed: Int(random.next() >> 1))
        ledger = PowerLossLedger(maxIds: configuration.dedup.maxIds)
        isFlooded = Int.random(in: 0..<4, using: &random) == 0
        self.random = random
        self.isTraced = isTraced
        disk.interlude = { [unowned self] operation, path in interlude(operation, path) }
    }

    /// Another life that goes on from where this one was, its process ended.
    init(after other: PowerLossHistory, seed: Int, isTraced: Bool = false) {
        configuration = other.configuration
        disk = MemoryDisk(other.disk.image, seed: seed)
        ledger = other.ledger
        webhooks = other.webhooks
        seconds = other.seconds
        nanoseconds = other.nanoseconds
        random = SeededGenerator(seed: seed)
        isFlooded = other.isFlooded
        self.isTraced = isTraced
        disk.interlude = { [unowned self] operation, path in interlude(operation, path) }
    }

    // MARK: - The life

    /// Lives so many steps, with an end that must go well.
    func run(steps: Int) throws {
        try live(steps: steps)
        try end()
    }

    /// Lives so many steps, to a sudden end.
    func live(steps: Int) throws {
        for step in 0..<steps {
            if writer == nil { try start() }
            // The first segment is zeroed while it is written: only a disk that is bad from the
            // start can fail one of the two and report it to the other.
            if step == 0, chance(1, in: 2) { failSyncs() }
            if writer != nil { act() }
            try check()
        }
        crash(losingPower: chance(1, in: 2))
    }

    /// Starts, and ends at this call of the disk; false where the start takes fewer.
    func startIsCut(at call: Int) throws -> Bool {
        disk.stopsAt = call
        try start(isSafe: true)
        return writer == nil
    }

    func say(_ text: @autoclosure () -> String) {
        if isTraced { trace.append("\(disk.calls): \(text())") }
    }

    func check() throws {
        if let broken { throw broken }
    }

    func chance(_ count: Int, in all: Int) -> Bool {
        Int.random(in: 0..<all, using: &random) < count
    }

    var now: Moment { Moment(seconds: seconds, monotonic: nanoseconds) }

    private func act() {
        switch Int.random(in: 0..<1000, using: &random) {
        case ..<330: append()
        case ..<560: stepWriter()
        case ..<760: stepKeeper()
        case ..<860: publish()
        case ..<900: pass(seconds: Int64.random(in: 0...3, using: &random))
        case ..<930: turnDisk()
        case ..<950: armCut()
        case ..<962: crash(losingPower: false)
        case ..<985: crash(losingPower: true)
        default: stop()
        }
        // A kill may come between any two calls as well.
        if disk.isDown || hasFailed { crash(losingPower: chance(1, in: 2)) }
    }

    /// What happens between two calls of the disk.
    private func interlude(_ operation: FileOperation, _ path: String) {
        say("  \(operation.rawValue) \(path)")
        if operation == .rename, path.hasSuffix(".segment") { tally.add("segments used again") }
        guard writer != nil, atWork.count == 1, !disk.isDown, !hasFailed else { return }
        // Between write and sync of a batch the other thread's sync matters most.
        if operation == .sync, chance(1, in: 3) { return stepKeeper() }
        guard chance(1, in: 5) else { return }
        switch Int.random(in: 0..<10, using: &random) {
        case ..<4: append()
        case ..<7: stepKeeper()
        case ..<9: stepWriter()
        default: publish()
        }
    }

    func pass(seconds: Int64) {
        self.seconds += seconds
        nanoseconds += UInt64(seconds) * 1_000_000_000 + 50_000_000
    }

    /// The process will end at some call: one of the next, or the next of a kind.
    private func armCut() {
        let operations: [FileOperation] = [.write, .sync, .sync, .rename, .remove]
        let paths = ["segment", "segment", "publish", "ids", "journal"]
        if chance(1, in: 3) {
            disk.stopsAt = disk.calls + Int.random(in: 1...30, using: &random)
        } else {
            disk.stopsOn = (
                operations.randomElement(using: &random) ?? .sync,
                paths.randomElement(using: &random) ?? "segment"
            )
        }
    }

    /// The disk runs full, or fails now and then, or gets well.
    private func turnDisk() {
        switch Int.random(in: 0..<5, using: &random) {
        case 0:
            disk.capacity =
                disk.image.usedBytes
                + Int.random(in: 0...3 * configuration.fileBytes, using: &random)
            say("room for \(disk.capacity - disk.image.usedBytes) bytes more")
        case 1:
            disk.faults = Int.random(in: 1...20, using: &random)
            say("\(disk.faults) in a thousand calls fail")
        case 2: failSyncs()
        default: turnWell()
        }
    }

    private func failSyncs() {
        disk.syncFaults = Int.random(in: 1...40, using: &random)
        say("\(disk.syncFaults) in a hundred syncs fail")
    }

    private func turnWell() {
        disk.recover()
        say("the disk is well")
    }

    // MARK: - Starts and ends of a process

    private func start(isSafe: Bool = false) throws {
        if !isSafe, chance(1, in: 4) {
            disk.stopsAt = disk.calls + Int.random(in: 1...120, using: &random)
        } else if !isSafe, chance(1, in: 4) {
            armCut()
        }
        // Not on a disk that may have no room for more.
        if chance(1, in: 6), disk.capacity == .max {
            configuration.dedup.maxIds = [20, 100, 1000].randomElement(using: &random) ?? 20
            ledger.keep(maxIds: configuration.dedup.maxIds)
            tally.add("other settings")
        }
        warnings.removeAll()
        let log = Log("journal", format: .text, level: .warning) { [unowned self] line in
            warnings.append(line)
        }
        atWork = ["start", "alone"]
        defer { atWork = [] }
        do {
            writer = try JournalWriter.open(configuration, disk, log, Metrics(), at: now)
        } catch {
            say("start failed: \(error)")
            try startFailed(error)
            return
        }
        tally.add("starts")
        try checkWarnings()
        do {
            try audit()
        } catch let error as JournalError {
            say("audit failed: \(error)")
            try startFailed(error)
            return
        }
        say("started: \(ledger.count) records, published \(ledger.published)")
        isClean = false
    }

    /// Only a disk that fails, or is full, may keep a journal from starting.
    private func startFailed(_ error: JournalError) throws {
        guard case .file(.failed(_, _, _)) = error else {
            throw BrokenPromise("it cannot start: \(error)")
        }
        if error.isNoSpace, ledger.promised > 0, disk.faults == 0, disk.syncFaults == 0,
            !disk.isDown
        {
            throw BrokenPromise("a full disk keeps it from starting: \(error)")
        }
        tally.add("starts that failed")
        if disk.isDown { tally.add("starts that were cut off") }
        crash(losingPower: chance(1, in: 2))
        turnWell()
    }

    private func checkWarnings() throws {
        for line in warnings {
            if line.contains("ids lost") || line.contains("no publish checkpoint") {
                throw BrokenPromise(line)
            }
            guard line.contains("torn batch removed") else { continue }
            tally.add("torn batches")
            if isClean { throw BrokenPromise("torn after a clean stop: \(line)") }
        }
    }

    /// Reads everything that is there and holds it against what was promised.
    private func audit() throws {
        guard let writer else { return }
        let first = writer.state.withLock { $0.segments[0].first }
        let reader = try writer.reader(after: first - 1)
        var records: [JournalRecord] = []
        while let record = try reader.next() { records.append(record) }
        try ledger.recovered(first: first, records, published: writer.published)
        if first > 1 { tally.add("starts behind the first segment") }
        lastRead = writer.published.through
        readLanes = writer.published.lanes
    }

    /// The process ends at once, with or without the machine.
    private func crash(losingPower: Bool) {
        say(losingPower ? "power lost" : "process killed")
        tally.add(losingPower ? "power losses" : "kills")
        reader = nil
        hasFailed = false
        hasNoHelper = false
        if losingPower { disk.losePower() } else { disk.endProcess() }
        writer = nil
    }

    /// A well disk: what was promised is there, and the journal takes more.
    func end() throws {
        turnWell()
        if writer != nil { crash(losingPower: chance(1, in: 2)) }
        for round in 0..<2 {
            if writer == nil { try start(isSafe: true) }
            let goal = ledger.count + 3
            for _ in 0..<200 where ledger.promised < goal {
                if ledger.count < goal { append(freshWebhook()) }
                stepKeeper()
                stepWriter()
                try check()
            }
            guard ledger.promised >= goal, !hasFailed else {
                throw BrokenPromise("it takes nothing more, though the disk is well")
            }
            if round == 0 { crash(losingPower: true) }
        }
        crash(losingPower: false)
        disk.interlude = nil
    }

    /// A clean stop, as far as it goes.
    private func stop() {
        guard let writer else { return }
        writer.stop()
        say("stop")
        atWork = ["writer", "keeper"]
        defer { atWork = [] }
        do {
            for _ in 0..<100 {
                if try !writer.step(now) {
                    tally.add("clean stops")
                    if chance(1, in: 2), ledger.promised > ledger.published.through {
                        let position = PublishPosition(through: ledger.promised)
                        ledger.publish(position)
                        try writer.recordPublished(position)
                    }
                    isClean = true
                    break
                }
                if !hasNoHelper, try !writer.keeper.step(now) { pass(seconds: 0) }
            }
        } catch {
            say("stop failed: \(error)")
        }
        crash(losingPower: chance(1, in: 2))
    }

    // MARK: - The threads

    private func stepWriter() {
        guard let writer, atWork.insert("writer").inserted else { return }
        defer { atWork.remove("writer") }
        do {
            _ = try writer.step(now)
            say("writer: durable \(writer.durableSequence)")
        } catch {
            say("writer: \(error)")
            fail(error)
        }
    }

    private func stepKeeper() {
        guard let writer, !hasNoHelper, atWork.insert("keeper").inserted else { return }
        defer { atWork.remove("keeper") }
        pass(seconds: 0)
        do {
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                guard try writer.keeper.step(now) else { break }
            }
            say("keeper")
        } catch {
            say("keeper: \(error)")
            writer.state.update { $0.failure = .file(error) }
            hasNoHelper = true
        }
    }

    /// The writer threw: the process ends, outside of any step.
    private func fail(_ error: JournalError) {
        tally.add("ends by a failing disk")
        guard case .file(.failed(_, _, let code)) = error, code == 5 || code == 28 else {
            broken = broken ?? BrokenPromise("it ended: \(error)")
            return
        }
        hasFailed = true
    }
}

extension JournalError {
    /// Whether a call found no room.
    fileprivate var isNoSpace: Bool {
        guard case .file(let error) = self else { return false }
        return error.isNoSpace
    }
}
