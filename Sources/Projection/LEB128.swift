/// Small numbers in few bytes: seven bits a byte, lowest first, the top bit on all but the last.
enum LEB128 {
    /// Enough for any length here; more is damage.
    private static let longest = 5

    static func append(_ number: Int, to bytes: inout [UInt8]) {
        var rest = UInt(number)
        while rest > 0x7f {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    static func read(_ bytes: Span<UInt8>, _ offset: inout Int) -> Int? {
        var number = 0
        for index in 0..<longest {
            guard offset < bytes.count else { return nil }
            let byte = bytes[offset]
            offset += 1
            number |= Int(byte & 0x7f) << (7 * index)
            if byte & 0x80 == 0 { return number }
        }
        return nil
    }
}
