/// JSON for people: a line for each member and element, two spaces a level.
package enum IndentedJSON {
    /// The document with that whitespace, and no other; it is valid JSON already.
    package static func text(_ json: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(json.count * 2)
        var depth = 0
        var index = 0
        while index < json.count {
            let byte = json[index]
            switch byte {
            case UInt8(ascii: "\""):
                let end = endOfString(json, from: index)
                output += json[index..<end]
                index = end
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                output.append(byte)
                newLine(depth, &output)
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                close(byte, depth, &output)
            case UInt8(ascii: ","):
                output.append(byte)
                newLine(depth, &output)
            case UInt8(ascii: ":"): output += [byte, space]
            case space, UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): break
            default: output.append(byte)
            }
            index += 1
        }
        output.append(UInt8(ascii: "\n"))
        return output
    }

    private static let space = UInt8(ascii: " ")

    private static func newLine(_ depth: Int, _ output: inout [UInt8]) {
        output.append(UInt8(ascii: "\n"))
        output += repeatElement(space, count: depth * 2)
    }

    /// Brackets with nothing in them stay together.
    private static func close(_ bracket: UInt8, _ depth: Int, _ output: inout [UInt8]) {
        let content = output.lastIndex { $0 != space && $0 != UInt8(ascii: "\n") }
        if let content, output[content] == UInt8(ascii: "{") || output[content] == UInt8(ascii: "[")
        {
            output.removeSubrange((content + 1)...)
        } else {
            newLine(depth, &output)
        }
        output.append(bracket)
    }

    /// The offset after the closing quote of the string that starts at `start`.
    private static func endOfString(_ json: [UInt8], from start: Int) -> Int {
        var index = start + 1
        while index < json.count, json[index] != UInt8(ascii: "\"") {
            index += json[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(index + 1, json.count)
    }
}
