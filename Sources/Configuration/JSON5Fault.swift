/// Where a text stops being JSON5, for the message: the decoder does not say.
///
/// It walks the grammar with all that JSON5 allows, and stops at the first byte that cannot be.
struct JSON5Fault: Equatable {
    let line: Int
    let column: Int
    /// What is wrong there.
    let complaint: String

    /// The first fault; nil where the walk finds none.
    static func find(in bytes: [UInt8]) -> JSON5Fault? {
        var walk = Walk(bytes: bytes)
        do {
            try walk.document()
            return nil
        } catch {
            return JSON5Fault(at: error.offset, of: bytes, complaint: error.complaint)
        }
    }

    /// The first byte that UTF-8 text does not have, or a NUL; nil where there is none.
    static func encoding(of bytes: [UInt8]) -> JSON5Fault? {
        var offset = bytes.firstIndex(of: 0)
        do {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            offset = min(error.byteOffsets.lowerBound, offset ?? .max)
        }
        return offset.map { JSON5Fault(at: $0, of: bytes, complaint: "this is no UTF-8 text") }
    }

    init(line: Int, column: Int, complaint: String) {
        self.line = line
        self.column = column
        self.complaint = complaint
    }

    private init(at offset: Int, of bytes: [UInt8], complaint: String) {
        let before = bytes.prefix(offset)
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        line = before.count { $0 == UInt8(ascii: "\n") } + 1
        column = String(decoding: before[start...], as: UTF8.self).count + 1
        self.complaint = complaint
    }

    private struct Stop: Error {
        let offset: Int
        let complaint: String
    }

    private struct Walk {
        let bytes: [UInt8]
        var offset = 0
        var depth = 0

        private var next: Character? {
            offset < bytes.count ? Character(Unicode.Scalar(bytes[offset])) : nil
        }

        mutating func document() throws(Stop) {
            try value()
            try blanks()
            if offset < bytes.count { throw stop("nothing is expected after the end") }
        }

        private mutating func value() throws(Stop) {
            try blanks()
            depth += 1
            defer { depth -= 1 }
            guard depth < 512 else { throw stop("too deep") }
            switch next {
            case "{": try members(until: "}") { (walk) throws(Stop) in try walk.member() }
            case "[": try members(until: "]") { (walk) throws(Stop) in try walk.value() }
            case "\"", "'": try string()
            case nil: throw stop("a value is missing")
            default: try word("a value")
            }
        }

        /// What stands between brackets, with commas, also after the last.
        private mutating func members(
            until end: Character, _ member: (inout Walk) throws(Stop) -> Void
        ) throws(Stop) {
            let start = offset
            offset += 1
            while true {
                try blanks()
                if next == end { break }
                if next == nil { throw Stop(offset: start, complaint: "this is never closed") }
                try member(&self)
                try blanks()
                if next == end { break }
                if next == nil { throw Stop(offset: start, complaint: "this is never closed") }
                guard next == "," else { throw stop(", or \(end) is missing here") }
                offset += 1
            }
            offset += 1
        }

        private mutating func member() throws(Stop) {
            if next == "\"" || next == "'" { try string() } else { try word("a name") }
            try blanks()
            guard next == ":" else { throw stop(": is missing here") }
            offset += 1
            try value()
        }

        private mutating func string() throws(Stop) {
            let start = offset
            let quote = next
            offset += 1
            while next != quote {
                if next == "\\" { offset += 1 }
                let isEscaped = offset > 0 && bytes[offset - 1] == UInt8(ascii: "\\")
                guard let character = next, character != "\n" || isEscaped else {
                    throw Stop(offset: start, complaint: "this text is never closed")
                }
                offset += 1
            }
            offset += 1
        }

        /// A bare name, number or literal.
        private mutating func word(_ what: String) throws(Stop) {
            let start = offset
            while let character = next,
                character.isLetter || character.isNumber || "_$+-.".contains(character)
                    || bytes[offset] >= 128
            {
                offset += 1
            }
            if offset == start { throw stop("\(what) is missing here") }
        }

        private mutating func blanks() throws(Stop) {
            while let character = next {
                if character.isWhitespace {
                    offset += 1
                } else if character == "/" {
                    try comment()
                } else {
                    return
                }
            }
        }

        private mutating func comment() throws(Stop) {
            let start = offset
            offset += 1
            switch next {
            case "/": while let character = next, character != "\n" { offset += 1 }
            case "*":
                offset += 1
                while next != "*" || offset + 1 >= bytes.count || bytes[offset + 1] != 47 {
                    guard next != nil else {
                        throw Stop(offset: start, complaint: "this comment is never closed")
                    }
                    offset += 1
                }
                offset += 2
            default: throw stop("a comment begins with // or /*")
            }
        }

        private func stop(_ complaint: String) -> Stop {
            Stop(offset: offset, complaint: complaint)
        }
    }
}
