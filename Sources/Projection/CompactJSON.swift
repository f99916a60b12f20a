internal import JSON

/// A JSON value without the whitespace that means nothing.
package enum CompactJSON {
    /// Adds a value without the whitespace outside its strings; all else stays as it is.
    package static func append(_ value: Span<UInt8>, to output: inout [UInt8]) {
        var start = 0
        var index = 0
        while index < value.count {
            switch value[index] {
            case UInt8(ascii: "\""):
                index = endOfString(value, from: index)
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"):
                output.append(copying: value.extracting(start..<index))
                index += 1
                start = index
            default: index += 1
            }
        }
        output.append(copying: value.extracting(start..<value.count))
    }

    /// The offset after the closing quote of the string that starts at `start`.
    private static func endOfString(_ value: Span<UInt8>, from start: Int) -> Int {
        var index = start + 1
        while index < value.count, value[index] != UInt8(ascii: "\"") {
            index += value[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(index + 1, value.count)
    }
}
