/// Bytes that somebody else wrote, as text that a terminal and a JSON document can hold.
enum BytesText {
    /// The bytes as text; nil where they are no UTF-8, or hold what moves a terminal's cursor.
    static func printable(_ bytes: [UInt8]) -> String? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.utf8.elementsEqual(bytes), text.unicodeScalars.allSatisfy(isPrintable) else {
            return nil
        }
        return text
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D: true
        case 0x00...0x1F, 0x7F...0x9F: false
        // What turns the direction of a line.
        case 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: false
        default: true
        }
    }

    /// Sixteen bytes a line: place, hexadecimal, and what of it is ASCII.
    static func dump(_ bytes: some Collection<UInt8>) -> String {
        var text = ""
        var rest = bytes[...]
        var place = 0
        while !rest.isEmpty {
            let line = rest.prefix(16)
            let hex = line.map { hexadecimal(Int($0), 2) }.joined(separator: " ")
            let ascii = line.map {
                (0x20...0x7E).contains($0) ? Character(Unicode.Scalar($0)) : "."
            }
            let gap = String(repeating: " ", count: 47 - hex.count)
            text += "\(hexadecimal(place, 8))  \(hex)\(gap)  \(String(ascii))\n"
            rest = rest.dropFirst(16)
            place += 16
        }
        return text
    }

    private static func hexadecimal(_ number: Int, _ digits: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    /// RFC 4648, with padding.
    static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var rest = bytes[...]
        while !rest.isEmpty {
            let group = Array(rest.prefix(3))
            let padded = group + [UInt8](repeating: 0, count: 3 - group.count)
            let bits = padded.reduce(0) { $0 << 8 | Int($1) }
            for index in 0..<4 {
                let isData = index <= group.count
                text.append(
                    isData ? alphabet[bits >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
            }
            rest = rest.dropFirst(3)
        }
        return String(decoding: text, as: UTF8.self)
    }
}
