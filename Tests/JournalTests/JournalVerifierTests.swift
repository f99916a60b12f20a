import Events
import Files
import Support
import Testing
import Threads

@testable import Journal

@Suite(.timeLimit(.minutes(10))) struct JournalVerifierTests {
    /// What a verification says, and what it told of.
    private struct Verdict {
        var worst: JournalFault.Kind?
        var faults: [JournalFault] = []
        var result = JournalVerification()
    }

    private func verify(
        _ journal: JournalFixture, _ patience: Patience = Patience(looks: 1, pause: .zero)
    ) throws -> Verdict {
        var verdict = Verdict()
        do {
            let files = try JournalFiles(journal.configuration.folder, on: Disk(), patience)
            var verifier = JournalVerifier(files, journal.configuration)
            verdict.result = try verifier.run { news in
                if case .fault(let fault) = news { verdict.faults.append(fault) }
            }
            verdict.worst = verdict.result.worst
        } catch let error as JournalError {
            guard case .damaged = error else { throw error }
            verdict.worst = .corrupt
        }
        return verdict
    }

    /// Some segments of records, published to the end or not, as a crash leaves them.
    private func crashed(
        _ count: Int = 50, bytes: Int = 50_000, clean: Bool = false, published: UInt64 = 20
    ) throws -> JournalFixture {
        let journal = try JournalFixture {
            $0.dedup.maxIds = 1000
        }
        try journal.start()
        for number in 1...count { try journal.writer.add(number, bytes: bytes) }
        try journal.writer.recordPublished(PublishPosition(through: published))
        try eventually("both files hold it") {
            let files = try JournalFiles(journal.configuration.folder)
            return try files.publishCheckpoint().position?.through == published
        }
        if clean { journal.close() }
        return try journal.crashed()
    }

    /// The batches of each segment: offset and length.
    private func batches(
        _ journal: JournalFixture
    ) throws -> [UInt64: [(offset: Int, whole: Int)]] {
        let folder = JournalFolder(path: journal.configuration.folder, files: Disk())
        let scan = SegmentScan(folder: folder, journal: try folder.journalID(isNew: false))
        var found: [UInt64: [(offset: Int, whole: Int)]] = [:]
        for number in try folder.segments() {
            var cursor = try scan.cursor(number)
            while case .batch(let head) = try cursor.next() {
                found[number, default: []].append((cursor.offset - head.whole, head.whole))
            }
        }
        return found
    }

    /// What a start makes of a copy of the folder: the records, or nil where it refuses.
    private func recover(
        _ journal: JournalFixture
    ) throws -> (records: [JournalRecord], isTorn: Bool)? {
        let copy = try journal.crashed()
        var records: [JournalRecord] = []
        do {
            try copy.open()
            // A start reads what the ids' checkpoint does not cover, the publisher what is left.
            records = try copy.writer.all()
        } catch let error as JournalError {
            switch error {
            case .corrupt, .damaged: return nil
            default: throw error
            }
        }
        let names = try FileSystem.names(in: copy.configuration.folder)
        return (records, names.contains { $0.hasPrefix("torn-") })
    }

    @Test(arguments: [true, false]) func `what was written is sound`(clean: Bool) throws {
        let journal = try crashed(clean: clean)
        let verdict = try verify(journal)
        #expect(verdict.faults == [])
        #expect(verdict.result.records == 50)
        #expect(verdict.result.first == 1)
        #expect(verdict.result.last == 50)
        #expect(verdict.result.hasEndMark == clean)
        #expect(verdict.result.segments == (try batches(journal).count))
    }

    @Test func `an empty journal is sound`() throws {
        let journal = try JournalFixture()
        try journal.start()
        journal.close()
        #expect(try verify(journal).worst == nil)
    }

    @Test func `what a start thinks of a flipped bit, verify thinks too`() throws {
        let journal = try crashed()
        let before = try #require(try recover(journal)).records
        let promised = try batches(journal)
        var random = SeededGenerator(seed: 77)
        for number in promised.keys.sorted() {
            let batches = try #require(promised[number])
            let heads = batches.flatMap { batch in
                // Every field of a frame, then anything.
                [0, 9, 10, 12, 20, 33, 41, 48, 52, 57].map { batch.offset + $0 }
            }
            let others = (0..<12).map { _ -> Int in
                let batch = batches[Int.random(in: 0..<batches.count, using: &random)]
                return batch.offset + Int.random(in: 0..<batch.whole, using: &random)
            }
            for offset in heads.shuffled(using: &random).prefix(14) + others {
                let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &random)
                try check(journal, before, "segment \(number) at \(offset) ^ \(bit)") {
                    try journal.damage(number) { $0[offset] ^= bit }
                } undo: {
                    try journal.damage(number) { $0[offset] ^= bit }
                }
            }
        }
    }

    /// Damages promised bytes: verify says so, and agrees with what a start does.
    private func check(
        _ journal: JournalFixture, _ before: [JournalRecord], _ what: String,
        damage: () throws -> Void, undo: () throws -> Void
    ) throws {
        try damage()
        let verdict = try verify(journal)
        let recovered = try recover(journal)
        try undo()
        #expect(verdict.worst != nil, "\(what): called sound")
        guard let recovered else {
            #expect(verdict.worst == .corrupt, "\(what): a start refuses it")
            return
        }
        #expect(recovered.isTorn == (verdict.worst == .torn), "\(what)")
        if verdict.worst == .recoverable { #expect(recovered.records == before, "\(what)") }
    }

    @Test func `the last segment cut anywhere is never sound with a record missing`() throws {
        let journal = try crashed()
        let before = try #require(try recover(journal)).records
        let promised = try batches(journal)
        let last = try #require(promised.keys.max())
        let whole = try FileSystem.bytes(of: journal.segment(last))
        let end = try #require(promised[last]?.last)
        var random = SeededGenerator(seed: 78)
        let cuts = (0..<30).map { _ in Int.random(in: 1..<end.offset + end.whole, using: &random) }
        for cut in cuts + (promised[last] ?? []).map(\.offset) + [end.offset + 64] {
            try FileSystem.write(Array(whole[..<cut]), to: journal.segment(last))
            let verdict = try verify(journal)
            let recovered = try recover(journal)
            try FileSystem.write(whole, to: journal.segment(last))
            guard let recovered else {
                #expect(verdict.worst == .corrupt, "cut at \(cut): a start refuses it")
                continue
            }
            if recovered.isTorn { #expect(verdict.worst == .torn, "cut at \(cut)") }
            // Cut between two batches, nothing tells that there were more.
            let isBetween = (promised[last] ?? []).contains { $0.offset == cut }
            if verdict.worst == nil { #expect(isBetween, "cut at \(cut)") }
            #expect(recovered.records == Array(before.prefix(recovered.records.count)))
        }
    }

    @Test func `an earlier segment cut anywhere, or missing, is corrupt`() throws {
        let journal = try crashed()
        let promised = try batches(journal)
        let number = try #require(promised.keys.sorted().dropFirst().first)
        let whole = try FileSystem.bytes(of: journal.segment(number))
        let end = try #require(promised[number]?.last)
        var random = SeededGenerator(seed: 79)
        for _ in 0..<20 {
            let cut = Int.random(in: 0..<end.offset + end.whole, using: &random)
            try FileSystem.write(Array(whole[..<cut]), to: journal.segment(number))
            #expect(try verify(journal).worst == .corrupt, "cut at \(cut)")
        }
        try Disk().remove(journal.segment(number))
        let verdict = try verify(journal)
        #expect(verdict.faults.map(\.path) == [journal.segment(number)])
        #expect(verdict.faults.map(\.kind) == [.corrupt])
    }

    @Test func `each fault is told with file and offset, and what follows is read all the same`()
        throws
    {
        let journal = try crashed()
        let promised = try batches(journal)
        let number = try #require(promised.keys.sorted().dropFirst().first)
        let batches = try #require(promised[number])
        for index in [1, 4] { try journal.damage(number) { $0[batches[index].offset + 90] ^= 1 } }
        let verdict = try verify(journal)
        #expect(verdict.faults.map(\.offset) == [batches[1].offset, batches[4].offset])
        #expect(verdict.faults.allSatisfy { $0.path == journal.segment(number) })
        #expect(verdict.faults.allSatisfy { $0.kind == .corrupt })
        #expect(verdict.result.records == 48)
        #expect(verdict.result.last == 50)
    }

    @Test func `a body that has not its hash is found, though the batch is sound`() throws {
        let journal = try crashed(3, published: 1)
        let batch = try #require(try batches(journal)[1]?[1])
        let id = try JournalFiles(journal.configuration.folder).journal
        try journal.damage(1) { bytes in
            var whole = Array(bytes[batch.offset..<batch.offset + batch.whole])
            guard let head = BatchFormat.claim(whole.span, journal: id, segment: 1) else { return }
            whole.removeLast(whole.count - BatchFormat.headBytes - head.length)
            whole[whole.count - 3] ^= 1
            BatchFormat.seal(&whole, head)
            bytes.replaceSubrange(batch.offset..<batch.offset + batch.whole, with: whole)
        }
        let verdict = try verify(journal)
        #expect(verdict.faults.map(\.offset) == [batch.offset + BatchFormat.headBytes])
        #expect(verdict.worst == .corrupt)
    }

    @Test(arguments: ["publish.0", "publish.1", "journal"])
    func `the files beside the segments are checked`(name: String) throws {
        let journal = try crashed()
        let before = try #require(try recover(journal)).records
        let whole = try FileSystem.bytes(of: journal.path(name))
        guard whole.prefix(64).contains(where: { $0 != 0 }) else { return }
        for offset in [0, 9, 13, 17, 33, 41, 50, 65, 4095, 4097, 4200] {
            guard offset < min(whole.count, name.hasPrefix("publish") ? 4096 : .max) else {
                continue
            }
            if name == "journal", offset >= 28 { continue }
            var bytes = whole
            bytes[offset] ^= 4
            try check(journal, before, "\(name) at \(offset)") {
                try FileSystem.write(bytes, to: journal.path(name))
            } undo: {
                try FileSystem.write(whole, to: journal.path(name))
            }
        }
    }

    @Test func `checkpoints that reach beyond the records are corrupt`() throws {
        let journal = try crashed(published: 50)
        let promised = try batches(journal)
        let last = try #require(promised.keys.max())
        let cut = try #require(promised[last]?.last).offset
        try journal.damage(last) { for index in cut..<$0.count { $0[index] = 0 } }
        #expect(try recover(journal) == nil)
        let verdict = try verify(journal)
        #expect(verdict.worst == .corrupt)
        #expect(verdict.faults.contains { $0.reason.contains("checkpoint is at 50") })
    }

    @Test func `nothing is made or changed, and the lock is free meanwhile`() throws {
        let journal = try crashed()
        let names = try FileSystem.names(in: journal.configuration.folder)
        try Disk().remove(journal.path("publish.1"))
        _ = try verify(journal)
        #expect(
            try FileSystem.names(in: journal.configuration.folder)
                == names.filter { $0 != "publish.1" })
    }

    @Test(arguments: [true, false])
    func `beside a writer whose segments are used again nothing is called damaged`(
        isSeen: Bool
    ) throws {
        let journal = try JournalFixture {
            $0.keepPublishedHours = 0
            $0.checkpointMilliseconds = 10
        }
        try journal.start()
        // Without the file nobody is seen to write, as from another container.
        if !isSeen { try FileSystem.remove(journal.path("lock")) }
        let writer = journal.writer
        let isOver = Monitor(false)
        let load = Worker("load") {
            var number = 0
            while !isOver.withLock({ $0 }) {
                number += 1
                let bytes = number.isMultiple(of: 10) ? 120_000 : 3000
                guard let added = try? writer.add(number, bytes: bytes) else { return }
                try? writer.recordPublished(PublishPosition(through: added.position))
            }
        }
        var last: UInt64 = 0
        var reused = false
        var looks = 0
        while looks < 40 || !reused {
            let verdict = try verify(journal, Patience())
            #expect(verdict.faults == [])
            #expect(verdict.result.last ?? 0 >= last)
            last = verdict.result.last ?? last
            reused = journal.tells("hookline_journal_segments_reused_total") { $0 > 10 }
            looks += 1
        }
        isOver.update { $0 = true }
        load.join()
        #expect(journal.close() == nil)
    }
}
