import Events
import Files
import Support
import Testing
import Threads

@testable import Journal

/// What a start makes of the ids, and how much it reads for that.
@Suite(.timeLimit(.minutes(10))) struct IdsRecoveryTests {
    /// A journal of these records, stopped cleanly.
    private func stopped(
        _ count: Int, _ change: (inout JournalConfiguration) -> Void = { _ in }
    ) throws -> JournalFixture {
        let journal = try JournalFixture(change)
        try journal.start()
        for number in 1...count { try journal.writer.add(number, bytes: 20_000) }
        journal.close()
        return journal
    }

    /// Bytes of segments that a start reads.
    private func bytesRead(_ journal: JournalFixture) throws -> Int {
        let disk = FaultyDisk()
        journal.files = disk
        try journal.open()
        return disk.rules.withLock { rules in
            rules.read.filter { $0.key.hasSuffix(".segment") }.values.reduce(0, +)
        }
    }

    @Test(arguments: [1, 16]) func `after a clean stop a start reads no more than it must`(
        mebibytes: Int
    ) throws {
        let journal = try stopped(100) { $0.segmentBytes = mebibytes << 20 }
        // Of each segment the first frame, of one the first batch, and the end mark.
        #expect(try bytesRead(journal) < 100_000)
        #expect(try journal.writer.add(7, bytes: 20_000).duplicate)
        #expect(try journal.writer.all().count == 100)
        // The next one finds no stop.
        let crashed = try journal.crashed()
        #expect(try bytesRead(crashed) > 300_000)
        #expect(try crashed.writer.all().count == 100)
    }

    @Test func `what was written after a clean stop and a start is found`() throws {
        let journal = try stopped(20)
        try journal.start()
        for number in 21...25 { try journal.writer.add(number, bytes: 20_000) }
        let crashed = try journal.crashed()
        try crashed.start()
        #expect(crashed.writer.durableSequence == 25)
        for number in 1...25 { #expect(try crashed.writer.add(number, bytes: 20_000).duplicate) }
    }

    @Test func `a mark of a stop with anything behind it is none`() throws {
        let journal = try stopped(20)
        let ids = try FileSystem.bytes(of: journal.path("ids"))
        try journal.start()
        try journal.writer.add(21, bytes: 20_000)
        let crashed = try journal.crashed()
        // As if the start had not taken it away.
        try FileSystem.write(ids, to: crashed.path("ids"))
        try crashed.start()
        #expect(crashed.writer.durableSequence == 21)
        #expect(try crashed.writer.add(21, bytes: 20_000).duplicate)
    }

    /// A journal whose first segments are given up, the first record that is left, and all that
    /// there were.
    private func givenUp() throws -> (
        journal: JournalFixture, first: UInt64, all: ClosedRange<Int>
    ) {
        let journal = try JournalFixture {
            $0.keepPublishedHours = 0
            $0.dedup.chunkEntries = 16
        }
        try journal.start()
        var count = 0
        try eventually("segments to be used again") {
            count += 1
            try journal.writer.add(count, bytes: 20_000)
            try journal.writer.recordPublished(PublishPosition(through: UInt64(count)))
            return journal.tells("hookline_journal_segments_reused_total") { $0 > 2 }
        }
        journal.close()
        try journal.open()
        let first = journal.writer.state.withLock { $0.segments[0].first }
        journal.close()
        return (journal, first, 1...count)
    }

    /// Which records a start knows, and what it says.
    private func known(_ journal: JournalFixture, _ records: ClosedRange<Int>) throws -> Set<Int> {
        try journal.start()
        return Set(
            records.filter { number in
                let body = Sample.body(number, bytes: 20_000)
                let key = DedupKey(Sample.event(number, body: body))
                guard case .known = journal.writer.state.withLock({ $0.index.answer(key) }) else {
                    return false
                }
                return true
            })
    }

    @Test func `ids outlive their segments`() throws {
        let (journal, first, all) = try givenUp()
        #expect(first > 40)
        #expect(try known(journal, all) == Set(all))
    }

    @Test func `without the ring the segments give what they have`() throws {
        let (journal, first, all) = try givenUp()
        try FileSystem.remove(journal.path("ids"))
        let verified = try verify(journal)
        #expect(verified.map(\.kind) == [.recoverable])
        #expect(verified.first?.reason.contains("the ids of records 1 to \(first - 1)") == true)
        #expect(try known(journal, all) == Set(all.filter { $0 >= first }))
        // What is lost is told once.
        journal.close()
        #expect(try verify(journal) == [])
    }

    @Test func `a damaged chunk costs its own ids, and those only if the segments are gone`() throws
    {
        let (journal, first, all) = try givenUp()
        let size = IdsChunk.bytes(chunkEntries: 16)
        let whole = try FileSystem.bytes(of: journal.path("ids"))
        let id = try JournalFiles(journal.configuration.folder).journal
        var lost = 0
        for offset in stride(from: StopMark.pageBytes, to: whole.count, by: size) {
            let place = whole.span.extracting(offset..<offset + size)
            guard let head = IdsChunk.head(place, id, chunkEntries: 16) else { continue }
            let copy = try journal.crashed()
            var bytes = whole
            bytes[offset + 200] ^= 4
            try FileSystem.write(bytes, to: copy.path("ids"))
            let known = try known(copy, all)
            let missing = Set(all).subtracting(known)
            #expect(missing.allSatisfy { head.first <= UInt64($0) && UInt64($0) < head.next })
            #expect(missing.allSatisfy { UInt64($0) < first })
            lost += missing.count
        }
        #expect(lost > 20)
    }

    private func verify(_ journal: JournalFixture) throws -> [JournalFault] {
        var faults: [JournalFault] = []
        let files = try JournalFiles(
            journal.configuration.folder, on: Disk(), Patience(looks: 1, pause: .zero))
        var verifier = JournalVerifier(files, journal.configuration)
        _ = try verifier.run { news in
            if case .fault(let fault) = news { faults.append(fault) }
        }
        return faults
    }

    @Test func `with other settings the newest ids are kept`() throws {
        let journal = try stopped(60) {
            $0.dedup.maxIds = 50
            $0.dedup.chunkEntries = 16
        }
        for (maxIds, oldest) in [(50, 11), (20, 41), (500, 11)] {
            journal.configuration.dedup.maxIds = maxIds
            #expect(try known(journal, 1...60) == Set(oldest...60))
            journal.close()
        }
    }
}
