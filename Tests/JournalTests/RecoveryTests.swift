import Events
import Files
import Glibc
import Support
import Testing

@testable import Journal

@Suite(.timeLimit(.minutes(10))) struct RecoveryTests {
    /// A journal of 60 records in a few segments, one record a batch, crashed.
    private func crashed(
        _ count: Int = 60, clean: Bool = false, bytes: Int = 50_000
    ) throws -> JournalFixture {
        let journal = try JournalFixture { $0.dedup.maxIds = 1000 }
        try journal.start()
        for number in 1...count { try journal.writer.add(number, bytes: bytes) }
        if clean { journal.close() }
        return try journal.crashed()
    }

    /// The batches of the journal's last segment that has any: offset and length.
    private func lastBatches(
        _ journal: JournalFixture
    ) throws -> (segment: UInt64, batches: [(offset: Int, whole: Int)]) {
        let folder = JournalFolder(path: journal.configuration.folder, files: Disk())
        let scan = SegmentScan(folder: folder, journal: try folder.journalID(isNew: false))
        for number in try folder.segments().reversed() {
            var batches: [(offset: Int, whole: Int)] = []
            var cursor = try scan.cursor(number)
            while case .batch(let head) = try cursor.next() {
                batches.append((cursor.offset - head.whole, head.whole))
            }
            if !batches.isEmpty { return (number, batches) }
        }
        throw SystemFailure("no batch", code: 0)
    }

    private func check(_ journal: JournalFixture, has count: Int) throws {
        let records = try journal.writer.all()
        #expect(records.map(\.sequence) == (0..<count).map { UInt64($0 + 1) })
        for record in records {
            #expect(record.body == Sample.body(Int(record.sequence), bytes: 50_000))
        }
    }

    @Test(arguments: [true, false]) func `a crash or a stop loses nothing`(clean: Bool) throws {
        let journal = try crashed(clean: clean)
        try journal.start()
        try check(journal, has: 60)
        let again = try journal.writer.add(60, bytes: 50_000)
        #expect(again.duplicate)
        #expect(again.position == 60)
        #expect(try journal.writer.add(61, bytes: 50_000).position == 61)
    }

    @Test func `the last batch cut anywhere is cut, kept aside, and written over`() throws {
        let journal = try crashed()
        let (segment, batches) = try lastBatches(journal)
        let last = try #require(batches.last)
        for cut in [64, 512, 4095, 4096, 30_000, last.whole - 5000] {
            let copy = try journal.crashed()
            try copy.damage(segment) { bytes in
                for index in last.offset + cut..<bytes.count { bytes[index] = 0 }
            }
            try copy.start()
            try check(copy, has: 59)
            let names = try FileSystem.names(in: copy.configuration.folder)
            #expect(names.contains { $0.hasPrefix("torn-") })
            #expect(try copy.writer.add(60, bytes: 50_000).duplicate == false)
            copy.close()
            try copy.start()
            try check(copy, has: 60)
        }
    }

    @Test func `a torn batch on a full disk is removed without a copy, and the start goes on`()
        throws
    {
        let journal = try crashed(bytes: 50_000)
        let (segment, batches) = try lastBatches(journal)
        let last = try #require(batches.last)
        try journal.damage(segment) { $0[last.offset + 100] ^= 8 }
        let disk = FaultyDisk()
        disk.leave(0)
        journal.files = disk
        try journal.start()
        try check(journal, has: 59)
        let names = try FileSystem.names(in: journal.configuration.folder)
        #expect(!names.contains { $0.hasPrefix("torn-") }, "\(names)")
        #expect(journal.tells("hookline_journal_torn_total") { $0 == 1 })
        #expect(try journal.writer.add(60, bytes: 50_000).duplicate == false)
        journal.close()
        try journal.start()
        try check(journal, has: 60)
    }

    @Test func `copies of torn batches count as the journal's bytes until they are removed`() throws
    {
        let journal = try crashed(bytes: 50_000)
        let (segment, batches) = try lastBatches(journal)
        let last = try #require(batches.last)
        try journal.damage(segment) { $0[last.offset + 100] ^= 8 }
        try journal.start()
        let bytes = journal.writer.depth.diskBytes
        let files = try JournalFiles(journal.configuration.folder)
        let copies = try files.torn()
        #expect(copies.map(\.bytes) == [last.whole])
        #expect(try files.removeTorn("0000000001.segment") == false)
        #expect(try files.removeTorn("../lock") == false)
        #expect(try files.removeTorn(copies[0].name))
        #expect(try files.torn().isEmpty)
        journal.close()
        try journal.start()
        #expect(journal.writer.depth.diskBytes == bytes - last.whole)
    }

    @Test(arguments: [0, 7, 16, 31, 32, 39])
    func `a last batch whose frame is damaged is kept aside as well`(offset: Int) throws {
        let journal = try crashed(bytes: 50_000)
        let (segment, batches) = try lastBatches(journal)
        let last = try #require(batches.last)
        try journal.damage(segment) { $0[last.offset + offset] ^= 8 }
        try journal.start()
        try check(journal, has: 59)
        let names = try FileSystem.names(in: journal.configuration.folder)
        let torn = try #require(names.first { $0.hasPrefix("torn-") })
        #expect(try FileSystem.bytes(of: journal.path(torn)).count == last.whole)
        #expect(try journal.writer.add(60, bytes: 50_000).duplicate == false)
        try check(journal, has: 60)
    }

    @Test(arguments: [9, UInt64.max, 0])
    func `a torn first batch does not say which number comes next`(_ number: UInt64) throws {
        let journal = try JournalFixture()
        try journal.start()
        try journal.writer.add(1)
        let copy = try journal.crashed()
        try copy.damage(1) { $0.store(number, at: 40) }
        try copy.start()
        #expect(copy.writer.durableSequence == 0)
        #expect(try copy.writer.add(2).position == 1)
        #expect(try copy.writer.all().map(\.sequence) == [1])
    }

    @Test(arguments: [9, UInt64.max, 0])
    func `a torn first batch of a later segment hides no earlier one`(_ number: UInt64) throws {
        let journal = try JournalFixture { $0.dedup.maxIds = 1000 }
        try journal.start()
        var count = 0
        var copy = journal
        repeat {
            count += 1
            try journal.writer.add(count, bytes: 50_000)
            copy = try journal.crashed()
        } while try lastBatches(copy).segment < 3
        try copy.damage(3) { $0.store(number, at: 40) }
        try copy.start()
        try check(copy, has: count - 1)
        #expect(try copy.writer.add(1, bytes: 50_000).duplicate)
        #expect(try copy.writer.add(count, bytes: 50_000).position == UInt64(count))
    }

    @Test func `a file that ends in the last batch is torn as well`() throws {
        let journal = try crashed()
        let (segment, batches) = try lastBatches(journal)
        let last = try #require(batches.last)
        for cut in [0, 10, 64, 4096, 20_000] {
            let copy = try journal.crashed()
            try copy.damage(segment) { $0.removeLast($0.count - last.offset - cut) }
            try copy.start()
            try check(copy, has: 59)
            try copy.writer.add(60, bytes: 50_000)
            try check(copy, has: 60)
        }
    }

    @Test func `damage before the last batch stops with segment and offset`() throws {
        let journal = try crashed(50)
        let (segment, batches) = try lastBatches(journal)
        #expect(batches.count > 2)
        for batch in [batches[0], batches[batches.count / 2], batches[batches.count - 2]] {
            for offset in [0, 20, 36, 41, 50, 70, batch.whole - 1] {
                let copy = try journal.crashed()
                try copy.damage(segment) { $0[batch.offset + offset] ^= 16 }
                #expect {
                    try copy.open()
                } throws: { error in
                    guard case .corrupt(let path, let at, _) = error as? JournalError else {
                        return false
                    }
                    return path == copy.segment(segment) && at == batch.offset
                }
                #expect(
                    try FileSystem.bytes(of: copy.segment(segment)).count > 0,
                    "nothing was changed")
            }
        }
    }

    @Test(arguments: [true, false])
    func `damage before the end mark of a clean stop is corruption`(hasIds: Bool) throws {
        let journal = try crashed(50, clean: true)
        let (segment, batches) = try lastBatches(journal)
        let last = try #require(batches.dropLast().last)
        try journal.damage(segment) { $0[last.offset + 100] ^= 1 }
        if !hasIds { try FileSystem.remove(journal.path("ids")) }
        // With all ids at hand a start reads no record: whoever reads this one is told.
        #expect {
            try journal.open()
            _ = try journal.writer.all()
        } throws: { error in
            guard case .corrupt(let path, let at, _) = error as? JournalError else { return false }
            return path == journal.segment(segment) && at == last.offset
        }
    }

    @Test func `damage in an earlier segment stops too`() throws {
        let journal = try crashed()
        try journal.damage(1) { $0[200_000] ^= 1 }
        #expect(throws: JournalError.self) { try journal.open() }
        let other = try crashed()
        try FileSystem.remove(other.segment(2))
        #expect(throws: JournalError.self) { try other.open() }
        let third = try crashed()
        try third.damage(2) { bytes in for index in 0..<4096 { bytes[index] = 0 } }
        #expect(throws: JournalError.self) { try third.open() }
    }

    @Test func `an end before what a checkpoint covers is a loss, and said`() throws {
        let journal = try JournalFixture()
        try journal.start()
        for number in 1...5 { try journal.writer.add(number) }
        try journal.writer.recordPublished(PublishPosition(through: 5))
        journal.close()
        try journal.damage(1) { bytes in bytes = [UInt8](repeating: 0, count: bytes.count) }
        #expect(throws: JournalError.self) { try journal.open() }
    }

    @Test func `an end before what the checkpoint of the ids covers is a loss as well`() throws {
        let journal = try JournalFixture()
        try journal.start()
        for number in 1...5 { try journal.writer.add(number, bytes: 50_000) }
        journal.close()
        let (segment, batches) = try lastBatches(journal)
        #expect(batches.count == 6, "five records, a batch each, and the end mark")
        for index in [2, 4] {
            let copy = try journal.crashed()
            try copy.damage(segment) { bytes in
                for offset in batches[index].offset..<bytes.count { bytes[offset] = 0 }
            }
            let error = #expect(throws: JournalError.self) { try copy.open() }
            #expect(error?.description.contains("the ids checkpoint is at 5") == true)
        }
    }

    @Test func `stale batches of another use are none of ours`() throws {
        let journal = try crashed(10)
        // The same file under another number: what it holds has the old one.
        try FileSystem.write(
            FileSystem.bytes(of: journal.segment(1)), to: journal.segment(2))
        try journal.start()
        try check(journal, has: 10)
        for number in 11...40 { try journal.writer.add(number, bytes: 50_000) }
        try check(journal, has: 40)
    }

    @Test func `a journal that crashed before its first record is written from the start`() throws {
        let journal = try JournalFixture { $0.segmentBytes = 2 << 20 }
        try journal.start()
        let copy = try journal.crashed()
        try copy.start()
        for number in 1...60 { try copy.writer.add(number, bytes: 50_000) }
        try check(copy, has: 60)
        copy.close()
        try copy.start()
        try check(copy, has: 60)
    }

    @Test func `a segment made and not used is used`() throws {
        let journal = try crashed(3)
        for number in 2...5 as ClosedRange<UInt64> {
            try FileSystem.write([], to: journal.segment(number))
        }
        try journal.start()
        for number in 4...60 { try journal.writer.add(number, bytes: 50_000) }
        try check(journal, has: 60)
    }

    @Test func `a crash in the recovery itself changes nothing`() throws {
        let journal = try crashed(20)
        let (segment, batches) = try lastBatches(journal)
        let last = try #require(batches.last)
        try journal.damage(segment) { $0[last.offset + 5000] ^= 1 }
        // Each write, sync, rename and open of the recovery is the last one in turn.
        var failed = 0
        for stop in 1... {
            let copy = try journal.crashed()
            let disk = FaultyDisk()
            copy.files = disk
            let calls = Counting()
            disk.fail { _, _ in calls.next() >= stop ? EIO : nil }
            do {
                try copy.open()
            } catch {
                failed += 1
                copy.files = Disk()
                try startAgain(copy)
                try check(copy, has: 19)
                try copy.writer.add(20, bytes: 50_000)
                continue
            }
            break
        }
        #expect(failed > 20)
    }

    /// Starts a journal that was open before: a process that another test starts at that moment may
    /// have the lock until it runs its own program.
    private func startAgain(_ journal: JournalFixture) throws {
        try eventually("the lock") {
            do {
                try journal.start()
                return true
            } catch JournalError.file(.locked) {
                return false
            }
        }
    }

    @Test func `the last batch is written again and synced before anything else`() throws {
        let journal = try crashed(5)
        let disk = FaultyDisk()
        journal.files = disk
        disk.fail { operation, path in
            operation == .sync && path.hasSuffix(".segment") ? EIO : nil
        }
        #expect(throws: JournalError.self) { try journal.open() }
    }

    @Test(arguments: ["publish.0", "publish.1", "ids"])
    func `a damaged or missing checkpoint loses nothing`(name: String) throws {
        let journal = try JournalFixture()
        try journal.start()
        for number in 1...30 {
            try journal.writer.add(number)
            try journal.writer.recordPublished(PublishPosition(through: UInt64(number)))
        }
        journal.close()
        let missing = try journal.crashed()
        try FileSystem.remove(missing.path(name))
        try missing.start()
        // How old the other file is depends on the keeper's pace; it never says too much.
        #expect(missing.writer.published.through <= 30)
        #expect(try missing.writer.add(3).duplicate)
        var bytes = try FileSystem.bytes(of: journal.path(name))
        bytes[45] ^= 1
        try FileSystem.write(bytes, to: journal.path(name))
        try journal.start()
        #expect(try journal.writer.add(3).duplicate)
        #expect(try journal.writer.add(31).position == 31)
    }

    @Test func `without any checkpoint the segments give everything but what was published`() throws
    {
        let journal = try JournalFixture()
        try journal.start()
        for number in 1...30 { try journal.writer.add(number, bytes: 50_000) }
        try journal.writer.recordPublished(PublishPosition(through: 30))
        journal.close()
        for name in ["publish.0", "publish.1", "ids"] {
            try FileSystem.remove(journal.path(name))
        }
        try journal.start()
        #expect(journal.writer.published.through == 0)
        #expect(try journal.writer.add(7, bytes: 50_000).duplicate)
        try check(journal, has: 30)
    }

    @Test func `a journal without its id is not taken for a new one`() throws {
        let journal = try crashed(1)
        try FileSystem.remove(journal.path("journal"))
        #expect(throws: JournalError.self) { try journal.open() }
    }
}
