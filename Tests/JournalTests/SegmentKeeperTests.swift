import Events
import Files
import Glibc
import Support
import Testing
import Threads

@testable import Journal

@Suite(.timeLimit(.minutes(10))) struct SegmentKeeperTests {
    private let journal: JournalFixture
    private let disk = FaultyDisk()

    init() throws {
        journal = try JournalFixture {
            $0.dedup.maxIds = 2000
            $0.keepPublishedHours = 0
        }
        journal.files = disk
    }

    private func numbers() throws -> [UInt64] {
        try JournalFolder(path: journal.configuration.folder, files: Disk()).segments()
    }

    /// Published and covered segments count as older than nothing a second after their last batch.
    private func publishAll() throws {
        try journal.writer.recordPublished(
            PublishPosition(through: journal.writer.durableSequence))
    }

    @Test func `published segments are used again, and the folder stays small`() throws {
        try journal.start()
        var seen: Set<UInt64> = []
        for number in 1...400 {
            try journal.writer.add(number, bytes: 40_000)
            try publishAll()
            seen.formUnion(try numbers())
            if number % 100 == 0 {
                try eventually("the segments are given up") { try numbers().count < 12 }
            }
        }
        #expect(seen.count >= 15)
        #expect(journal.tells("hookline_journal_segments_reused_total") { $0 > 3 })
        #expect(try journal.writer.add(400, bytes: 40_000).duplicate)
        journal.close()
        try journal.start()
        #expect(try journal.writer.add(1, bytes: 40_000).duplicate)
        #expect(try journal.writer.add(401, bytes: 40_000).position == 401)
    }

    @Test func `what is not published stays`() throws {
        try journal.start()
        for number in 1...200 { try journal.writer.add(number, bytes: 40_000) }
        #expect(try journal.writer.all().count == 200)
    }

    @Test func `segments wait for the lowest lane, also after a restart`() throws {
        try journal.start()
        for number in 1...200 { try journal.writer.add(number, bytes: 40_000) }
        let position = PublishPosition(
            through: 200, lanes: [PublishPosition.Lane(topic: "t", first: 60)], routes: 5)
        try journal.writer.recordPublished(position)
        for number in 201...260 { try journal.writer.add(number, bytes: 40_000) }
        try eventually("what is before the lane to go") {
            (try? journal.writer.reader(after: 1)) == nil
        }
        #expect(try journal.writer.reader(after: 59).next()?.sequence == 60)
        journal.close()
        try journal.start()
        #expect(journal.writer.published == position)
        #expect(try journal.writer.reader(after: 59).next()?.sequence == 60)
    }

    @Test func `what is published stays for its time`() throws {
        journal.configuration.keepPublishedHours = 1
        try journal.start()
        for number in 1...200 {
            try journal.writer.add(number, bytes: 40_000)
            try publishAll()
        }
        #expect(try journal.writer.all().count == 200)
    }

    @Test func `a full disk refuses, and takes again when there is room`() throws {
        try journal.start()
        for number in 1...20 { try journal.writer.add(number, bytes: 40_000) }
        disk.leave(1 << 20)
        var refused = 0
        var taken = 20
        for number in 21...200 {
            do {
                try journal.writer.add(number, bytes: 40_000)
                taken += 1
            } catch {
                #expect(error == .noSpace)
                refused += 1
            }
        }
        #expect(refused > 50)
        #expect(journal.tells("hookline_journal_out_of_space") { $0 == 1 })
        #expect(journal.writer.outOfSpace == "journal.minFreeBytes")
        // A duplicate needs no room.
        #expect(try journal.writer.add(7, bytes: 40_000).duplicate)
        disk.leave(nil)
        try eventually("there is room again") {
            (try? journal.writer.add(1000, bytes: 40_000)) != nil
        }
        try eventually("the metric says so too") {
            journal.tells("hookline_journal_out_of_space") { $0 == 0 }
        }
        #expect(journal.writer.outOfSpace == nil)
        let records = try journal.writer.all()
        #expect(records.count == taken + 1)
        #expect(records.map(\.sequence) == (1...UInt64(taken + 1)).map { $0 })
        // What was refused is no duplicate afterwards.
        #expect(try journal.writer.add(200, bytes: 40_000).duplicate == false)
        #expect(journal.close() == nil)
        try journal.start()
        #expect(try journal.writer.all().count == taken + 2)
    }

    /// Appends until it is refused, and answers how many were taken.
    private func fill(from first: Int, upTo last: Int = 2_000) throws -> Int {
        for number in first...last {
            do {
                try journal.writer.add(number, bytes: 40_000)
            } catch {
                #expect(error == .noSpace)
                return number - first
            }
        }
        return last - first + 1
    }

    private func bytesTaken() throws -> Int {
        try numbers().count * journal.configuration.fileBytes
            + journal.configuration.checkpointBytes
    }

    @Test func `at maxBytes it refuses, and takes again when records are published`() throws {
        journal.configuration.maxBytes =
            journal.configuration.checkpointBytes + 5 * journal.configuration.fileBytes
        try journal.start()
        let taken = try fill(from: 1)
        // Some 26 records fill a segment; the last one may not be filled to its end.
        #expect(taken > 80 && taken < 140)
        #expect(try bytesTaken() <= journal.configuration.maxBytes)
        #expect(journal.tells("hookline_journal_out_of_space") { $0 == 1 })
        #expect(journal.writer.outOfSpace == "journal.maxBytes")
        #expect(try journal.writer.all().count == taken)
        try publishAll()
        try eventually("it takes again") {
            (try? journal.writer.add(5_000, bytes: 40_000)) != nil
        }
        try publishAll()
        for number in 5_001...5_200 {
            try eventually("published segments are used again") {
                (try? journal.writer.add(number, bytes: 40_000)) != nil
            }
            try publishAll()
            #expect(try bytesTaken() <= journal.configuration.maxBytes)
        }
    }

    @Test func `what is to be left free is left, and it takes again when there is more`() throws {
        journal.configuration.minFreeBytes = 3 << 20
        try journal.start()
        disk.leave(8 << 20)
        let taken = try fill(from: 1)
        #expect(taken > 0)
        let left = try disk.freeBytes(journal.configuration.folder)
        #expect(left >= 3 << 20)
        // A little more is not enough: it would stop again at once.
        disk.leave(left + (1 << 18))
        #expect(throws: AppendRefusal.noSpace) { try journal.writer.add(3_000, bytes: 40_000) }
        disk.leave(20 << 20)
        try eventually("it takes again") {
            (try? journal.writer.add(3_001, bytes: 40_000)) != nil
        }
        #expect(try journal.writer.all().count == taken + 1)
    }

    @Test func `before a refusal published segments go, whatever their age`() throws {
        journal.configuration.keepPublishedHours = 1000
        try journal.start()
        for number in 1...100 { try journal.writer.add(number, bytes: 40_000) }
        try publishAll()
        disk.leave(0)
        for number in 101...300 {
            // Refused at most until the helper has seen what is published.
            try eventually("an append") {
                (try? journal.writer.add(number, bytes: 40_000)) != nil
            }
            try publishAll()
        }
        #expect(try numbers().count <= 8)
        #expect(try journal.writer.add(1, bytes: 40_000).duplicate)
        journal.close()
        try journal.start()
        #expect(try journal.writer.add(1, bytes: 40_000).duplicate)
        #expect(try journal.writer.add(300, bytes: 40_000).duplicate)
    }

    @Test func `a segment that is read is not used again`() throws {
        try journal.start()
        for number in 1...100 { try journal.writer.add(number, bytes: 40_000) }
        var reader: JournalReader? = try journal.writer.reader(after: 0)
        _ = try reader?.next()
        try publishAll()
        for number in 101...200 {
            try journal.writer.add(number, bytes: 40_000)
            try publishAll()
        }
        #expect(try numbers().first == 1)
        #expect(try reader?.next()?.sequence == 2)
        reader = nil
        try eventually("the segment goes") { try numbers().first != 1 }
    }

    @Test func `a segment that another process reads is not used again`() throws {
        try journal.start()
        for number in 1...100 { try journal.writer.add(number, bytes: 40_000) }
        var held: (any File)? = try Disk().open(journal.segment(1), .read)
        #expect(try held?.tryLock(.shared) == true)
        try publishAll()
        for number in 101...200 {
            try journal.writer.add(number, bytes: 40_000)
            try publishAll()
        }
        #expect(try numbers().first == 1)
        held = nil
        try eventually("the segment goes") { try numbers().first != 1 }
    }

    /// Whether the newest segment holds batches of the number that it had before.
    private func waitsWithStaleBatches() throws -> Bool {
        guard let last = try numbers().last else { return false }
        let bytes = try FileSystem.bytes(of: journal.segment(last))
        return bytes.first == 0xFF && bytes.span.integer(at: 32, as: UInt64.self) != last
    }

    @Test func `a crash between renaming and using a segment loses nothing`() throws {
        try journal.start()
        var count = 0
        try eventually("an old segment waits to be written") {
            count += 1
            try journal.writer.add(count, bytes: 40_000)
            try publishAll()
            return try waitsWithStaleBatches()
        }
        let copy = try journal.crashed()
        try copy.start()
        #expect(try copy.writer.add(count, bytes: 40_000).duplicate)
        for number in 1...100 { try copy.writer.add(count + number, bytes: 40_000) }
        #expect(try copy.writer.all(after: UInt64(count)).count == 100)
    }

    @Test func `a segment whose rename fails stays the oldest`() throws {
        try journal.start()
        for number in 1...100 { try journal.writer.add(number, bytes: 40_000) }
        let failures = Monitor(0)
        disk.fail { operation, path in
            guard operation == .rename, path.hasSuffix("1.segment") else { return nil }
            return failures.update { count in
                count += 1
                return count == 1 ? ENOSPC : nil
            }
        }
        try publishAll()
        var count = 100
        try eventually("segments are used again") {
            count += 1
            try journal.writer.add(count, bytes: 40_000)
            try publishAll()
            return journal.tells("hookline_journal_segments_reused_total") { $0 > 0 }
        }
        #expect(failures.withLock { $0 } > 0)
        let numbers = try numbers()
        #expect(numbers == Array(numbers[0]...numbers[numbers.count - 1]))
        let copy = try journal.crashed()
        try copy.start()
        #expect(try copy.writer.add(count, bytes: 40_000).duplicate)
    }

    @Test func `a checkpoint that cannot be written ends the journal`() throws {
        try journal.start()
        try journal.writer.add(1)
        disk.fail { operation, path in
            operation == .sync && path.contains("/publish.") ? EIO : nil
        }
        try publishAll()
        try eventually("the journal refuses") {
            (try? journal.writer.add(Int.random(in: 100...(1 << 40)))) == nil
        }
        disk.fail(nil)
        #expect(journal.close()?.contains("EIO") == true)
    }
}
