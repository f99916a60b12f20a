import Testing

@testable import Files

struct ChecksumTests {
    @Test func `the check value of the catalogues`() {
        #expect(Array("123456789".utf8).span.crc32c() == 0xE306_9283)
    }

    @Test func `thirty-two zeros, as RFC 3720 has them`() {
        #expect([UInt8](repeating: 0, count: 32).span.crc32c() == 0x8A91_36AA)
    }

    @Test func `table and instruction agree at every length and alignment`() {
        let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 * 167 + $0 >> 3) }
        for start in 0..<9 {
            for end in start...bytes.count {
                let piece = bytes.span.extracting(start..<end)
                #expect(piece.crc32c() == piece.crc32cByTable())
            }
        }
    }

    @Test func `pieces in turn give the whole`() {
        let bytes = [UInt8](0..<200)
        for cut in 0...200 {
            let first = bytes.span.extracting(0..<cut).crc32c()
            #expect(bytes.span.extracting(cut..<200).crc32c(after: first) == bytes.span.crc32c())
        }
    }
}
