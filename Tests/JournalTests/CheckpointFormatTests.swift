import Files
import Testing

@testable import Journal

struct CheckpointFormatTests {
    @Test func `a page is read as it was written, and only as its kind`() throws {
        let head = CheckpointHead(generation: 3, through: 90, first: 4, marks: 5)
        var page = head.page(.ids, Sample.journal)
        let checksum = CheckpointHead.checksum(page.span)
        page.store(checksum, at: 12)
        let read = CheckpointHead.read(page.span, .ids, Sample.journal)
        #expect(read?.head == head)
        #expect(read?.checksum == checksum)
        let other = CheckpointHead.read(page.span, .publish, Sample.journal)
        #expect(other == nil)
    }

    @Test func `every flipped bit of a page changes what its checksum must be`() {
        let page = CheckpointHead(generation: 1, through: 2).page(.publish, Sample.journal)
        let checksum = CheckpointHead.checksum(page.span)
        for bit in 0..<page.count * 8 where !(96..<128).contains(bit) {
            var changed = page
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(CheckpointHead.checksum(changed.span) != checksum)
        }
    }
}
