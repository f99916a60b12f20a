import Events
import Files
import Testing

@testable import Journal

struct RecordFormatTests {
    @Test(arguments: Sample.entries) func `a record is read as it was written`(
        entry: JournalEntry
    ) throws {
        let body = Array("{\"eventId\":1}".utf8)
        let bytes = Sample.record(entry, body: body)
        let layout = try #require(Sample.layout(bytes))
        var names = NameCache()
        let record = layout.record(bytes.span, sequence: 7, names: &names)
        #expect(record == JournalRecord(sequence: 7, entry: entry, body: body))
        #expect(layout.end == bytes.count)
    }

    @Test func `no head that is cut short is read`() {
        let bytes = Sample.record(Sample.entries[0], body: [1, 2, 3])
        for count in 0..<bytes.count {
            #expect(Sample.layout(Array(bytes[..<count])) == nil)
        }
    }

    @Test func `lengths that do not fit the record are refused`() {
        let bytes = Sample.record(Sample.entries[0], body: [])
        for offset in stride(from: 6, through: 16, by: 2) {
            var changed = bytes
            changed.store(UInt16.max, at: offset)
            #expect(Sample.layout(changed) == nil)
        }
    }

    @Test func `a kind that no version gave is refused`() {
        var bytes = Sample.record(Sample.entries[0], body: [])
        bytes[4] = 200
        #expect(Sample.layout(bytes) == nil)
    }

    @Test func `a text too long for its length is left out`() {
        let long = String(repeating: "k", count: 65_536)
        let entry = JournalEntry(
            kind: .event, receivedAt: Timestamp(seconds: 0), key: long,
            bodyHash: BodyHash(high: 0, low: 0), apiKeyName: "a")
        #expect(entry.key == nil)
    }

    @Test func `names are made once and stay right`() {
        var names = NameCache()
        for round in 0..<200 {
            let text = Array("type\(round % 50)".utf8)
            let name = names.string(text.span, 0..<text.count)
            #expect(name == "type\(round % 50)")
        }
    }
}
