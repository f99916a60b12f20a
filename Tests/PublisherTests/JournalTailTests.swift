import Journal
import Testing

@testable import Publisher

@Suite struct JournalTailTests {
    private let journal = MemoryJournal()

    @Test func `a stream gives a record again until it is dealt with`() throws {
        var stream = try RecordStream(journal.tail, after: 0)
        #expect(try stream.record() == nil)
        journal.append()
        journal.append()
        for _ in 0..<2 { #expect(try stream.record()?.sequence == 1) }
        stream.advance()
        #expect(stream.last == 1)
        #expect(try stream.record()?.sequence == 2)
        stream.advance()
        #expect(try stream.record() == nil)
    }

    @Test func `a fingerprint is that of the record, and none where there is no record`() throws {
        journal.append()
        journal.append()
        let first = try #require(try journal.tail.fingerprint(of: 1))
        let second = try #require(try journal.tail.fingerprint(of: 2))
        #expect(first != second)
        #expect(try journal.tail.fingerprint(of: 0) == nil)
        #expect(try journal.tail.fingerprint(of: 3) == nil)
    }
}
