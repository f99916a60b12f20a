import Files
import Testing

@testable import Journal

struct BatchFormatTests {
    private let batch = Sample.batch([Array("{}".utf8), Array("[1]".utf8)])

    private func read(_ bytes: [UInt8], segment: UInt64 = 9) -> BatchReading {
        BatchFormat.read(bytes.span, journal: Sample.journal, segment: segment)
    }

    @Test func `a batch is read as it was written`() throws {
        guard case .batch(let head) = read(batch) else {
            Issue.record("not a batch")
            return
        }
        #expect(head.firstSequence == 100)
        #expect(head.nextSequence == 102)
        #expect(head.whole == batch.count)
        #expect(batch.count % 4096 == 0)
        #expect(head.writtenAt == 77)
    }

    @Test func `every truncation is torn, or no batch at all`() {
        for count in 0..<batch.count {
            let reading = read(Array(batch[..<count]))
            #expect(reading == (count < 64 ? .absent : .torn(whole: batch.count)))
        }
    }

    @Test func `every single flipped bit is seen`() {
        for bit in 0..<batch.count * 8 {
            var changed = batch
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            let reading = read(changed)
            switch reading {
            case .absent: #expect((0..<8).contains(bit / 8) || (16..<40).contains(bit / 8))
            case .torn: break
            case .batch, .corrupt: Issue.record("bit \(bit) read as \(reading)")
            }
        }
    }

    @Test func `another use of the file, or another journal, is none of ours`() {
        #expect(read(batch, segment: 8) == .absent)
        let other = BatchFormat.read(batch.span, journal: .random(), segment: 9)
        #expect(other == .absent)
        #expect(read([UInt8](repeating: 0, count: 4096)) == .absent)
    }

    /// The batch with a change that its checksum knows of.
    private func sealed(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
        var changed = batch
        change(&changed)
        let front = changed.span.extracting(0..<12).crc32c()
        changed.store(changed.span.extracting(16..<changed.count).crc32c(after: front), at: 12)
        return changed
    }

    private func isCorrupt(_ bytes: [UInt8]) -> Bool {
        guard case .corrupt = read(bytes) else { return false }
        return true
    }

    @Test func `a version that is not known is no tear`() {
        #expect(isCorrupt(sealed { $0.store(2 as UInt16, at: 8) }))
    }

    @Test func `records have numbers from 1 to the last that there is`() {
        #expect(!isCorrupt(sealed { $0.store(1 as UInt64, at: 40) }))
        #expect(isCorrupt(sealed { $0.store(0 as UInt64, at: 40) }))
        #expect(!isCorrupt(sealed { $0.store(UInt64.max - 2, at: 40) }))
        #expect(isCorrupt(sealed { $0.store(UInt64.max - 1, at: 40) }))
    }
}
