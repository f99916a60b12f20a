import JSON
import Testing

@Suite struct PaddedBytesTests {
    @Test func `pieces add up`() {
        var bytes = PaddedBytes(capacity: 4)
        #expect(bytes.isEmpty)
        bytes.append([1, 2].span)
        bytes.append([UInt8]().span)
        bytes.append([3].span)
        #expect(bytes.count == 3)
        #expect(bytes.bytes == [1, 2, 3])
        #expect(bytes == PaddedBytes([1, 2, 3]))
        #expect(bytes.withSpan { $0.count } == 3)
        bytes.replace(with: [UInt8]().span)
        #expect(bytes.isEmpty)
        bytes.replace(with: [9].span)
        #expect(bytes == PaddedBytes(copying: [9].span))
        #expect(bytes != PaddedBytes([9, 9]))
    }
}
