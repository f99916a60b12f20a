import Testing

@testable import Events

@Suite struct BigEndianTests {
    @Test func `numbers are written high byte first, and read again`() {
        var bytes: [UInt8] = [9]
        BigEndian.append(UInt64(0x0102_0304_0506_0708), to: &bytes)
        BigEndian.append(UInt16(0xFFFE), to: &bytes)
        #expect(bytes == [9, 1, 2, 3, 4, 5, 6, 7, 8, 0xFF, 0xFE])
        let long = BigEndian.read(UInt64.self, bytes.span, at: 1)
        let short = BigEndian.read(UInt16.self, bytes.span, at: 9)
        #expect(long == 0x0102_0304_0506_0708)
        #expect(short == 0xFFFE)
    }
}
