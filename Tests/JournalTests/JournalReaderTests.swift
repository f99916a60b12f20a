import Support
import Testing
import Threads

@testable import Journal

@Suite(.timeLimit(.minutes(10))) struct JournalReaderTests {
    private let journal: JournalFixture

    init() throws {
        journal = try JournalFixture()
        try journal.start()
    }

    @Test func `it begins after any record`() throws {
        for number in 1...100 { try journal.writer.add(number, bytes: 30_000) }
        for last in stride(from: 0, through: 100, by: 7) as StrideThrough<UInt64> {
            let records = try journal.writer.all(after: last)
            #expect(records.map(\.sequence) == Array(last + 1..<101))
        }
        #expect(throws: JournalError.outside(sequence: 102, first: 1, last: 100)) {
            try journal.writer.reader(after: 101)
        }
    }

    @Test func `it follows the journal, over segments, while it is written`() throws {
        let writer = journal.writer
        let thread = Worker("sender") {
            for number in 1...400 { _ = try? writer.add(number, bytes: 10_000) }
        }
        let reader = try journal.writer.reader(after: 0)
        var expected: UInt64 = 1
        while expected <= 400 {
            while let record = try reader.next() {
                #expect(record.sequence == expected)
                #expect(record.sequence <= writer.durableSequence)
                #expect(record.body == Sample.body(Int(expected), bytes: 10_000))
                expected += 1
            }
            _ = writer.waitForDurable(after: expected - 1, upTo: .seconds(10))
        }
        thread.join()
        #expect(try reader.next() == nil)
    }

    @Test func `it goes on over a stop and in the next life`() throws {
        try journal.writer.add(1)
        journal.close()
        try journal.start()
        let reader = try journal.writer.reader(after: 0)
        #expect(try reader.next()?.sequence == 1)
        #expect(try reader.next() == nil)
        try journal.writer.add(2)
        #expect(try reader.next()?.sequence == 2)
    }

    @Test func `records of a large batch are all there`() throws {
        journal.close()
        journal.configuration.batchBytes = 4 << 20
        try journal.open()
        let answers = Counting()
        for number in 1...100 {
            let body = Sample.body(number, bytes: 40_000)
            journal.writer.append(Sample.event(number, body: body), body: body.span) { _ in
                _ = answers.next()
            }
        }
        journal.run()
        try eventually("the batch") { answers.value == 100 }
        #expect(
            try journal.writer.all().map(\.body)
                == (1...100).map {
                    Sample.body($0, bytes: 40_000)
                })
        #expect(try journal.writer.all(after: 57).count == 43)
    }

    @Test func `damage in what was promised is told, with segment and offset`() throws {
        for number in 1...60 { try journal.writer.add(number, bytes: 50_000) }
        try journal.damage(1) { $0[8192] ^= 1 }
        #expect {
            try journal.writer.all()
        } throws: { error in
            guard case .corrupt(let path, _, _) = error as? JournalError else { return false }
            return path == journal.segment(1)
        }
    }
}
