import Events
import Files
import Support
import Testing
import Threads

@testable import Journal

@Suite(.timeLimit(.minutes(10))) struct StoredRecordsTests {
    private struct Found {
        var records: [StoredRecord] = []
        var damaged: [JournalFault] = []
        var gone: [UInt64] = []
    }

    private func read(
        _ journal: JournalFixture, _ change: (inout RecordFilter) -> Void = { _ in }
    ) throws -> Found {
        var filter = RecordFilter()
        change(&filter)
        var records = try StoredRecords(JournalFiles(journal.configuration.folder), filter)
        var found = Found()
        while let reading = try records.next() {
            switch reading {
            case .record(let record): found.records.append(record)
            case .gone(let number): found.gone.append(number)
            case .damaged(let fault): found.damaged.append(fault)
            }
        }
        return found
    }

    private func crashed(_ count: Int = 50) throws -> JournalFixture {
        let journal = try JournalFixture()
        try journal.start()
        for number in 1...count { try journal.writer.add(number, bytes: 50_000) }
        return try journal.crashed()
    }

    @Test func `every record is given as the publisher reads it, with its place`() throws {
        let journal = try crashed()
        let found = try read(journal)
        #expect(found.damaged == [])
        try journal.start()
        #expect(found.records.map(\.record) == (try journal.writer.all()))
        for stored in found.records {
            let bytes = try FileSystem.bytes(of: journal.segment(stored.segment))
            let layout = RecordLayout(bytes.span, at: stored.offset)
            #expect(layout.map { Array(bytes[$0.body]) } == stored.record.body)
        }
    }

    @Test func `a range is given exactly, wherever it begins and ends`() throws {
        let journal = try crashed()
        for (first, last) in [(1, 50), (19, 22), (50, 50), (20, 20), (49, 1000)] {
            let found = try read(journal) { $0.sequences = UInt64(first)...UInt64(last) }
            #expect(
                found.records.map(\.record.sequence)
                    == (first...min(last, 50)).map { UInt64($0) })
        }
        #expect(try read(journal) { $0.sequences = 51...60 }.records == [])
        #expect(try read(journal) { $0.keys = ["order-3"] }.records.count == 7)
    }

    @Test func `damage is told, and what is whole is given all the same`() throws {
        let journal = try crashed()
        let third = try #require(try read(journal).records.first { $0.record.sequence == 3 })
        try journal.damage(third.segment) { $0[third.offset + 100] ^= 1 }
        let found = try read(journal)
        #expect(found.records.map(\.record.sequence) == [1, 2] + (4...50).map { UInt64($0) })
        #expect(found.damaged.map(\.offset) == [third.offset - BatchFormat.headBytes])
    }

    @Test func `beside a writer whose segments are used again each record is right`() throws {
        let journal = try JournalFixture {
            $0.keepPublishedHours = 0
        }
        try journal.start()
        let writer = journal.writer
        let isOver = Monitor(false)
        let load = Worker("load") {
            var number = 0
            while !isOver.withLock({ $0 }) {
                number += 1
                guard let added = try? writer.add(number, bytes: 20_000) else { return }
                try? writer.recordPublished(PublishPosition(through: added.position))
            }
        }
        var looks = 0
        var reused = false
        while looks < 30 || !reused {
            let found = try read(journal)
            #expect(found.damaged == [])
            var last: UInt64?
            for stored in found.records {
                let record = stored.record
                #expect(record.body == Sample.body(Int(record.sequence), bytes: 20_000))
                #expect(record.entry.bodyHash == BodyHash(hashing: record.body.span))
                if found.gone.isEmpty, let last { #expect(record.sequence == last + 1) }
                last = record.sequence
            }
            looks += 1
            reused = journal.tells("hookline_journal_segments_reused_total") { $0 > 10 }
        }
        isOver.update { $0 = true }
        load.join()
        #expect(journal.close() == nil)
    }
}
