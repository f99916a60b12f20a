internal import Events

/// Where a page ended, as an opaque text that a client gives back for the next one.
///
///     version 2 | 8 bytes that say which list it is of | where it ended
///
/// written in the URL's form of base64, without padding.
struct PageCursor: Equatable {
    private static let version: UInt8 = 2

    /// Which list it is of.
    private let list: [UInt8]
    /// Where it ended.
    let end: [UInt8]

    init(of identity: String, after end: [UInt8]) {
        list = Self.mark(of: identity)
        self.end = end
    }

    /// Reads a cursor of this list; nil where it is none, or one of another list.
    init?(_ text: String, of identity: String) {
        guard let bytes = Base64URL.decode(text), bytes.count >= 9, bytes[0] == Self.version,
            Array(bytes[1..<9]) == Self.mark(of: identity)
        else { return nil }
        list = Array(bytes[1..<9])
        end = Array(bytes[9...])
    }

    var text: String { Base64URL.encode([Self.version] + list + end) }

    private static func mark(of identity: String) -> [UInt8] {
        Array(BodyHash(hashing: Array(identity.utf8).span).bytes.prefix(8))
    }
}

/// Base64 with the alphabet of URLs (RFC 4648, section 5), without padding.
enum Base64URL {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var held: UInt32 = 0
        var bits = 0
        for byte in bytes {
            held = held << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                text.append(alphabet[Int(held >> UInt32(bits)) & 63])
            }
        }
        if bits > 0 { text.append(alphabet[Int(held << UInt32(6 - bits)) & 63]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes, or nil where the text was not written by `encode`.
    static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var held: UInt32 = 0
        var bits = 0
        for unit in text.utf8 {
            guard let value = alphabet.firstIndex(of: unit) else { return nil }
            held = (held << 6 | UInt32(value)) & 0xFFFF
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: held >> UInt32(bits)))
            }
        }
        return encode(bytes) == text ? bytes : nil
    }
}
