import Testing

@testable import Journal

struct StopMarkTests {
    @Test func `a mark is read as it was written, and only by its journal`() {
        let mark = StopMark(next: 7, segment: 3, offset: 8192)
        let page = mark.page(Sample.journal)
        #expect(page.count == StopMark.pageBytes)
        #expect(StopMark.read(page.span, Sample.journal) == mark)
        #expect(StopMark.read(page.span, .random()) == nil)
        let zeros = [UInt8](repeating: 0, count: StopMark.pageBytes)
        #expect(StopMark.read(zeros.span, Sample.journal) == nil)
    }

    @Test func `every flipped bit makes it none`() {
        let page = StopMark(next: 7, segment: 3, offset: 8192).page(Sample.journal)
        for bit in 0..<page.count * 8 {
            var changed = page
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(StopMark.read(changed.span, Sample.journal) == nil)
        }
    }
}
