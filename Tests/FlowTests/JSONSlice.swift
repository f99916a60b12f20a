/// A JSON value as the bytes that it was written with: enough of a reader for a model.
///
/// It shares no code with the product, so that the two can be compared. It takes valid JSON.
struct JSONSlice {
    let bytes: ArraySlice<UInt8>

    init(_ bytes: some Collection<UInt8>) { self.bytes = ArraySlice(bytes) }

    /// The members of an object, in order.
    var members: [(name: String, value: JSONSlice)] {
        var reader = SliceReader(bytes)
        var members: [(name: String, value: JSONSlice)] = []
        guard reader.take("{"), !reader.take("}") else { return [] }
        repeat {
            let name = JSONSlice(reader.value()).text
            _ = reader.take(":")
            members.append((name, JSONSlice(reader.value())))
        } while reader.take(",")
        return members
    }

    /// The member of that name; the last one counts.
    subscript(name: String) -> JSONSlice? { members.last { $0.name == name }?.value }

    /// The text of a string without escapes, or of another value as it stands.
    var text: String {
        let inner = bytes.first == UInt8(ascii: "\"") ? bytes.dropFirst().dropLast() : bytes
        return String(decoding: inner, as: UTF8.self)
    }

    /// Without the whitespace outside of strings.
    var compact: String {
        var kept: [UInt8] = []
        var inString = false
        var escaped = false
        for byte in bytes {
            if !inString, SliceReader.isSpace(byte) { continue }
            kept.append(byte)
            if escaped {
                escaped = false
            } else if byte == UInt8(ascii: "\\") {
                escaped = inString
            } else if byte == UInt8(ascii: "\"") {
                inString.toggle()
            }
        }
        return String(decoding: kept, as: UTF8.self)
    }
}

/// Goes over the bytes of a document from value to value.
private struct SliceReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0d).contains(byte)
    }

    private mutating func skipSpace() { rest = rest.drop(while: Self.isSpace) }

    mutating func take(_ mark: Unicode.Scalar) -> Bool {
        skipSpace()
        guard rest.first == UInt8(ascii: mark) else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// The next value whole: to the mark that ends it, outside of strings and of brackets.
    mutating func value() -> ArraySlice<UInt8> {
        skipSpace()
        let start = rest.startIndex
        var depth = 0
        var index = start
        scan: while index < rest.endIndex {
            switch rest[index] {
            case UInt8(ascii: "\""): index = endOfString(index)
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { break scan }
                depth -= 1
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                if depth == 0 { break scan }
            case let byte where depth == 0 && Self.isSpace(byte): break scan
            default: break
            }
            index += 1
        }
        defer { rest = rest[index...] }
        return rest[start..<index]
    }

    /// The index of the quote that closes the string.
    private func endOfString(_ open: Int) -> Int {
        var index = open + 1
        while index < rest.endIndex, rest[index] != UInt8(ascii: "\"") {
            index += rest[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return index
    }
}
