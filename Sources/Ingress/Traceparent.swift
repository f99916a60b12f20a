/// The header that ties a request to a trace (W3C Trace Context, section 3.2).
enum Traceparent {
    /// Longer ones, which only a later version could have, are left out.
    private static let limit = 128
    /// `00-` and 32, 16 and 2 digits with dashes between.
    private static let length = 55

    /// The value as it came, or nil where it has not the form that it must have.
    static func read(_ value: Span<UInt8>) -> String? {
        guard value.count >= length, value.count <= limit else { return nil }
        guard fields(value), value.count == length || isLater(value) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(value.count)
        for index in value.indices {
            guard (0x21...0x7E).contains(value[index]) else { return nil }
            bytes.append(value[index])
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func fields(_ value: Span<UInt8>) -> Bool {
        var (version, trace, parent): (UInt8, UInt8, UInt8) = (0xFF, 0, 0)
        for index in 0..<length {
            let byte = value[index]
            if index == 2 || index == 35 || index == 52 {
                guard byte == UInt8(ascii: "-") else { return false }
                continue
            }
            guard (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) else { return false }
            switch index {
            case 0...1: version &= byte
            case 3...34: trace |= byte & 0x4F
            case 36...51: parent |= byte & 0x4F
            default: break
            }
        }
        // Version ff is none, and an id of zeros only is none.
        return version != UInt8(ascii: "f") && trace != 0 && parent != 0
    }

    /// A later version may go on after a dash.
    private static func isLater(_ value: Span<UInt8>) -> Bool {
        let isFirst = value[0] == UInt8(ascii: "0") && value[1] == UInt8(ascii: "0")
        return !isFirst && value[length] == UInt8(ascii: "-")
    }
}
