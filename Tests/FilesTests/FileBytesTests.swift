import Testing

@testable import Files

struct FileBytesTests {
    @Test func `integers lie little-endian at any offset`() {
        var bytes = [UInt8](repeating: 0, count: 12)
        bytes.store(0x0102_0304 as UInt32, at: 3)
        #expect(bytes == [0, 0, 0, 4, 3, 2, 1, 0, 0, 0, 0, 0])
        #expect(bytes.span.integer(at: 3, as: UInt32.self) == 0x0102_0304)
        bytes.store(-2 as Int64, at: 4)
        #expect(bytes.span.integer(at: 4, as: Int64.self) == -2)
    }

    @Test func `pieces are copied out and added`() {
        var bytes = Array("abc".utf8)
        bytes.add(Array("def".utf8).span)
        bytes.addZeros(2)
        #expect(bytes.span.text(1..<5) == "bcde")
        #expect(bytes.span.array(4..<8) == [101, 102, 0, 0])
    }

    @Test func `zeros are seen at every length`() {
        for count in 0..<40 {
            var bytes = [UInt8](repeating: 0, count: count)
            #expect(bytes.span.isZero == true)
            for index in 0..<count {
                bytes[index] = 1
                #expect(bytes.span.isZero == false)
                bytes[index] = 0
            }
        }
    }

    @Test func `words are lent as the bytes of a file`() {
        let bytes = [0x0807_0605_0403_0201, 9 as UInt64].withBytes { $0.array(0..<16) }
        #expect(bytes == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 0, 0, 0, 0, 0])
    }
}
