/// What an envelope may hold, apart from its shape.
enum EnvelopeRules {
    /// The longest type, in bytes.
    static let typeLimit = 128

    /// The longest key, in bytes.
    static let keyLimit = 512

    /// Whether `text` may be a type: 1 to 128 of `[A-Za-z0-9._]`.
    static func isType(_ text: Span<UInt8>) -> Bool {
        guard (1...typeLimit).contains(text.count) else { return false }
        for index in text.indices where !isTypeByte(text[index]) { return false }
        return true
    }

    /// Whether `text` may be a type.
    static func isType(_ text: String) -> Bool {
        isType(Array(text.utf8).span)
    }

    /// Whether `byte` may stand in a type.
    static func isTypeByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
