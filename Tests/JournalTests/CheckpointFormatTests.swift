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

    @Test func `lanes are read as they were written`() throws {
        let lanes = (1...40).map {
            PublishPosition.Lane(topic: "telness.type.\($0).ö", first: UInt64($0))
        }
        let position = PublishPosition(through: 90, lanes: lanes, routes: 7)
        let head = CheckpointHead(
            generation: 3, through: 90, first: position.routes, lanes: position.lanes)
        let page = head.page(.publish, Sample.journal)
        let read = CheckpointHead.read(page.span, .publish, Sample.journal)
        #expect(read?.head == head)
        #expect(read?.head.position == position)
        #expect(read?.head.covered == 0)
        let none = PublishPosition(through: 5)
        #expect(none.lowest == 5)
    }

    @Test func `a page of nonsense is no checkpoint, and no end`() {
        var random = SystemRandomNumberGenerator()
        let page = CheckpointHead(generation: 1, through: 2).page(.publish, Sample.journal)
        for _ in 0..<200 {
            var changed = page
            changed.store(UInt64.random(in: 0...60, using: &random), at: 56)
            for offset in 64..<page.count { changed[offset] = .random(in: 0...255, using: &random) }
            // It may be a checkpoint by chance; what counts is that reading it comes to an end.
            _ = CheckpointHead.read(changed.span, .publish, Sample.journal)
        }
        var beyond = page
        beyond.store(UInt64.max, at: 56)
        #expect(CheckpointHead.read(beyond.span, .publish, Sample.journal) == nil)
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
