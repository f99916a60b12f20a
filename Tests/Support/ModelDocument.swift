/// A JSON document read by RFC 8259, with nothing of the product in it, so that the two can be
/// compared.
///
/// Values lie in one list, and nothing here is recursive: a document may be as deep as it likes.
package struct ModelDocument {
    /// It is no JSON.
    package struct Malformed: Error {}

    /// What a value is.
    package enum Kind: Equatable, Sendable { case null, boolean, number, string, array, object }

    /// A value.
    package struct Node {
        /// What it is.
        package let kind: Kind
        /// Where it stands in the document, without space around it.
        package fileprivate(set) var range: Range<Int>
        /// The text of a string, unescaped.
        package fileprivate(set) var text: [UInt8] = []
        /// Of an array or object; names are unescaped, and empty in an array.
        package fileprivate(set) var children: [(name: [UInt8], node: Int)] = []
    }

    private let bytes: [UInt8]
    /// All values, the document itself first.
    package private(set) var nodes: [Node] = []
    /// How deep arrays and objects that hold something are nested.
    package private(set) var depth = 0
    private var index = 0
    private var open: [Int] = []
    private var names: [[UInt8]] = []

    /// Reads the whole document.
    package init(_ bytes: [UInt8]) throws(Malformed) {
        self.bytes = bytes
        guard String(validating: bytes, as: UTF8.self) != nil else { throw Malformed() }
        try read()
    }

    /// The value as it stands in the document.
    package func raw(_ node: Int) -> [UInt8] { Array(bytes[nodes[node].range]) }

    /// Whether there is a number that neither 64 bits nor a finite double hold.
    package var hasHugeNumber: Bool {
        nodes.contains { node in
            guard node.kind == .number else { return false }
            let text = String(decoding: bytes[node.range], as: UTF8.self)
            if text.contains(where: { ".eE".contains($0) }) {
                return Double(text).map { !$0.isFinite } ?? true
            }
            return text.hasPrefix("-") ? Int64(text) == nil : UInt64(text) == nil
        }
    }

    private mutating func read() throws(Malformed) {
        repeat {
            try startValue()
            try endValues()
        } while !open.isEmpty
        skipSpace()
        if index < bytes.count { throw Malformed() }
    }

    /// Reads down to a value that is whole: a scalar, or brackets with nothing in them.
    private mutating func startValue() throws(Malformed) {
        while true {
            skipSpace()
            guard let first = peek else { throw Malformed() }
            switch first {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                let kind: Kind = first == UInt8(ascii: "{") ? .object : .array
                add(Node(kind: kind, range: index..<index + 1))
                open.append(nodes.count - 1)
                index += 1
                skipSpace()
                if peek == closing(kind) { return }
                depth = max(depth, open.count)
                if kind == .object { try name() }
            case UInt8(ascii: "\""):
                let start = index
                let text = try string()
                add(Node(kind: .string, range: start..<index, text: text))
                return
            default: return try scalar()
            }
        }
    }

    /// Closes what ends here, up to a comma or the end.
    private mutating func endValues() throws(Malformed) {
        while let last = open.last {
            skipSpace()
            let kind = nodes[last].kind
            if peek == closing(kind) {
                index += 1
                nodes[last].range = nodes[last].range.lowerBound..<index
                open.removeLast()
            } else if peek == UInt8(ascii: ","), !nodes[last].children.isEmpty {
                index += 1
                if kind == .object { try name() }
                return
            } else {
                throw Malformed()
            }
        }
    }

    private mutating func add(_ node: Node) {
        nodes.append(node)
        guard let parent = open.last else { return }
        let name = nodes[parent].kind == .object ? names.removeLast() : []
        nodes[parent].children.append((name, nodes.count - 1))
    }

    private mutating func name() throws(Malformed) {
        skipSpace()
        guard peek == UInt8(ascii: "\"") else { throw Malformed() }
        names.append(try string())
        skipSpace()
        guard peek == UInt8(ascii: ":") else { throw Malformed() }
        index += 1
    }

    private mutating func scalar() throws(Malformed) {
        let start = index
        while let byte = peek, byte > 0x20, !",]}[{:\"".utf8.contains(byte) { index += 1 }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        let kind: Kind
        switch text {
        case "null": kind = .null
        case "true", "false": kind = .boolean
        default:
            guard Self.isNumber(text) else { throw Malformed() }
            kind = .number
        }
        add(Node(kind: kind, range: start..<index))
    }

    private static func isNumber(_ text: String) -> Bool {
        text.wholeMatch(of: #/-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/#) != nil
            && text.utf8.count == text.unicodeScalars.count
    }

    private mutating func string() throws(Malformed) -> [UInt8] {
        var text: [UInt8] = []
        index += 1
        while let byte = peek, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw Malformed() }
            index += 1
            if byte == UInt8(ascii: "\\") { try escape(into: &text) } else { text.append(byte) }
        }
        guard peek != nil else { throw Malformed() }
        index += 1
        return text
    }

    private mutating func escape(into text: inout [UInt8]) throws(Malformed) {
        guard let letter = peek else { throw Malformed() }
        index += 1
        let simple: [UInt8: UInt8] = [
            0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 8, 0x66: 12, 0x6E: 10, 0x72: 13, 0x74: 9,
        ]
        if let byte = simple[letter] { return text.append(byte) }
        guard letter == UInt8(ascii: "u") else { throw Malformed() }
        var units = [try unit()]
        if UTF16.isLeadSurrogate(units[0]) {
            guard index + 1 < bytes.count, bytes[index] == 0x5C, bytes[index + 1] == 0x75
            else { throw Malformed() }
            index += 2
            units.append(try unit())
        }
        guard let decoded = String(validating: units, as: UTF16.self) else { throw Malformed() }
        text += decoded.utf8
    }

    private mutating func unit() throws(Malformed) -> UInt16 {
        guard index + 4 <= bytes.count else { throw Malformed() }
        let digits = bytes[index..<index + 4]
        let isHexadecimal = digits.allSatisfy { byte in
            Character(Unicode.Scalar(byte)).isHexDigit
        }
        guard isHexadecimal, let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw Malformed() }
        index += 4
        return unit
    }

    private func closing(_ kind: Kind) -> UInt8 { kind == .object ? 0x7D : 0x5D }

    private mutating func skipSpace() {
        while let byte = peek, [0x20, 0x0A, 0x0D, 0x09].contains(byte) { index += 1 }
    }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }
}
