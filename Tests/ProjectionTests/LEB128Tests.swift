@testable import Projection
import Testing

@Suite struct LEB128Tests {
    @Test(arguments: [0, 1, 127, 128, 300, 16_383, 16_384, 1 << 20, Int(UInt32.max)])
    func `numbers come back`(number: Int) {
        var bytes: [UInt8] = []
        LEB128.append(number, to: &bytes)
        var offset = 0
        #expect(LEB128.read(bytes.span, &offset) == number)
        #expect(offset == bytes.count)
    }

    @Test func `what never ends is no number`() {
        var offset = 0
        let cut: [UInt8] = [0x80, 0x80]
        #expect(LEB128.read(cut.span, &offset) == nil)
        offset = 0
        let long = [UInt8](repeating: 0xff, count: 20)
        #expect(LEB128.read(long.span, &offset) == nil)
    }
}
