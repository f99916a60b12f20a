import JSON
import Testing

@Suite struct BytesTests {
    @Test func `spans are copied and compared by their bytes`() {
        var bytes: [UInt8] = [1]
        bytes.append(copying: [2, 3].span)
        #expect(bytes == [1, 2, 3])
        #expect(Array(copying: bytes.span) == bytes)
        let others: [[UInt8]] = [[1, 2, 3], [1, 2], [1, 2, 4]]
        let same = others.map { bytes.span.elementsEqual($0) }
        #expect(same == [true, false, false])
        #expect(String(utf8: Array("å".utf8).span) == "å")
    }

    @Test func `spans are ordered by their bytes, a shorter one first`() {
        let texts = ["", "A", "a", "a\u{0}", "aa", "b", "å", "😀"].map { Array($0.utf8) }
        for (index, left) in texts.enumerated() {
            for (other, right) in texts.enumerated() {
                #expect(left.span.compare(with: right.span).signum() == (index - other).signum())
            }
        }
    }
}
