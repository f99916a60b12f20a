import Events
import Support
import Testing
import Threads

@testable import Journal

@Suite(.timeLimit(.minutes(1))) struct JournalWriterTests {
    @Test func `what is appended is there after a restart, in order`() throws {
        let journal = try JournalFixture()
        try journal.start()
        for number in 1...50 {
            let receipt = try journal.writer.add(number)
            #expect(receipt.position == UInt64(number))
            #expect(receipt.status == .accepted)
            #expect(!receipt.duplicate)
        }
        let before = try journal.writer.all()
        #expect(before.map(\.sequence) == Array(1...50))
        #expect(before[6].body == Sample.body(7))
        #expect(journal.close() == nil)
        try journal.start()
        #expect(try journal.writer.all() == before)
        #expect(try journal.writer.add(51).position == 51)
    }

    @Test func `a second process is told who holds the folder`() throws {
        let journal = try JournalFixture()
        try journal.start()
        #expect(throws: JournalError.self) {
            try JournalWriter.open(journal.configuration)
        }
        try journal.writer.add(1)
    }

    @Test func `records go from segment to segment`() throws {
        let journal = try JournalFixture()
        try journal.start()
        for number in 1...300 { try journal.writer.add(number, bytes: 20_000) }
        #expect(journal.writer.depth.segments > 4)
        let bodies = (1...300).map { Sample.body($0, bytes: 20_000) }
        #expect(try journal.writer.all().map(\.body) == bodies)
        journal.close()
        try journal.start()
        #expect(try journal.writer.all().count == 300)
    }
}
