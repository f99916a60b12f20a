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

    /// The elements of an array, in order.
    var elements: [JSONSlice] {
        var reader = SliceReader(bytes)
        var elements: [JSONSlice] = []
        guard reader.take("["), !reader.take("]") else { return [] }
        repeat { elements.append(JSONSlice(reader.value())) } while reader.take(",")
        return elements
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
            if !inString, byte <= 0x20 { continue }
            kept.append(byte)
            if escaped {
                escaped = false
            } else if byte == 0x5c {
                escaped = inString
            } else if byte == 0x22 {
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
        byte <= 0x20
    }

    private mutating func skipSpace() { rest = rest.drop(while: Self.isSpace) }

    mutating func take(_ mark: Unicode.Scalar) -> Bool {
        skipSpace()
        guard rest.first == UInt8(ascii: mark) else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// The next value whole: to the mark that ends it, outside of strings and of brackets.
    ///
    /// Megabytes go through here in a debug build, where a number is compared many times faster than
    /// `UInt8(ascii:)` is called.
    mutating func value() -> ArraySlice<UInt8> {
        skipSpace()
        let bytes = rest
        let (start, end) = (bytes.startIndex, bytes.endIndex)
        var depth = 0
        var index = start
        while index < end {
            let byte = bytes[index]
            if byte == 0x22 {  // "
                index = Self.endOfString(bytes, index)
            } else if byte == 0x7b || byte == 0x5b {  // { [
                depth += 1
            } else if byte == 0x7d || byte == 0x5d {  // } ]
                if depth == 0 { break }
                depth -= 1
            } else if depth == 0, byte == 0x2c || byte == 0x3a || byte <= 0x20 {  // , : space
                break
            }
            index += 1
        }
        rest = bytes[index...]
        return bytes[start..<index]
    }

    /// The index of the quote that closes the string.
    private static func endOfString(_ bytes: ArraySlice<UInt8>, _ open: Int) -> Int {
        var index = open + 1
        let end = bytes.endIndex
        while index < end {
            let byte = bytes[index]
            if byte == 0x22 { break }
            index += byte == 0x5c ? 2 : 1
        }
        return index
    }
}
