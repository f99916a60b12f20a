/// The grammar of RFC 8259, byte by byte, with UTF-8: says where a document is wrong.
///
/// Slower than simdjson by far; it is asked only about documents that simdjson refused, to tell
/// what is no JSON from what is JSON that the parser cannot hold (numbers, depth). Lone
/// surrogates count as malformed, as they do for simdjson.
struct JSONGrammar {
    /// What is wrong and where.
    struct Mistake: Error {
        var text: StaticString
        var offset: Int
    }

    private var index = 0

    /// One entry an open array or object: whether it is an object.
    private var open: [Bool] = []

    /// How many arrays and objects that hold something were open at once.
    private var deepest = 0

    /// Reads a whole document and answers how deep it is nested, without an empty array or object
    /// at the bottom, as simdjson counts.
    static func depth(of text: Span<UInt8>) throws(Mistake) -> Int {
        var grammar = JSONGrammar()
        return try grammar.document(text)
    }

    private mutating func document(_ text: Span<UInt8>) throws(Mistake) -> Int {
        repeat {
            try value(text)
            try close(text)
        } while !open.isEmpty
        skipSpace(text)
        if index < text.count { throw mistake("more after the end of the document") }
        return deepest
    }

    /// Reads a scalar, or opens arrays and objects down to the first value that is none.
    private mutating func value(_ text: Span<UInt8>) throws(Mistake) {
        while true {
            skipSpace(text)
            switch peek(text) {
            case UInt8(ascii: "{"):
                index += 1
                open.append(true)
                if peekAfterSpace(text) == UInt8(ascii: "}") { return }
                deepest = max(deepest, open.count)
                try name(text)
            case UInt8(ascii: "["):
                index += 1
                open.append(false)
                if peekAfterSpace(text) == UInt8(ascii: "]") { return }
                deepest = max(deepest, open.count)
            default:
                return try scalar(text)
            }
        }
    }

    /// Closes what ends here, up to the comma that asks for another value or to the end.
    private mutating func close(_ text: Span<UInt8>) throws(Mistake) {
        while let isObject = open.last {
            switch peekAfterSpace(text) {
            case UInt8(ascii: isObject ? "}" : "]"):
                index += 1
                open.removeLast()
            case UInt8(ascii: ","):
                index += 1
                if isObject { try name(text) }
                return
            case nil: throw mistake("the document is cut short")
            default: throw mistake("a comma or the closing bracket is missing")
            }
        }
    }

    private mutating func name(_ text: Span<UInt8>) throws(Mistake) {
        skipSpace(text)
        try string(text)
        guard peekAfterSpace(text) == UInt8(ascii: ":") else {
            throw mistake("a colon is missing")
        }
        index += 1
    }

    private mutating func scalar(_ text: Span<UInt8>) throws(Mistake) {
        switch peek(text) {
        case UInt8(ascii: "\""): try string(text)
        case UInt8(ascii: "t"): try word("true", text)
        case UInt8(ascii: "f"): try word("false", text)
        case UInt8(ascii: "n"): try word("null", text)
        case nil: throw mistake("the document is cut short")
        default: try number(text)
        }
    }

    private mutating func word(_ word: StaticString, _ text: Span<UInt8>) throws(Mistake) {
        for byte in word.description.utf8 {
            guard peek(text) == byte else { throw mistake("no value starts so") }
            index += 1
        }
    }

    private mutating func number(_ text: Span<UInt8>) throws(Mistake) {
        if peek(text) == UInt8(ascii: "-") { index += 1 }
        if peek(text) == UInt8(ascii: "0") {
            index += 1
        } else {
            try digits(text)
        }
        if peek(text) == UInt8(ascii: ".") {
            index += 1
            try digits(text)
        }
        guard let mark = peek(text), mark | 0x20 == UInt8(ascii: "e") else { return }
        index += 1
        if let sign = peek(text), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            index += 1
        }
        try digits(text)
    }

    private mutating func digits(_ text: Span<UInt8>) throws(Mistake) {
        let start = index
        while let byte = peek(text), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            index += 1
        }
        if index == start { throw mistake("a value is missing or malformed") }
    }

    private mutating func string(_ text: Span<UInt8>) throws(Mistake) {
        guard peek(text) == UInt8(ascii: "\"") else { throw mistake("a name is missing") }
        index += 1
        while let byte = peek(text) {
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return
            case UInt8(ascii: "\\"): try escape(text)
            case 0..<0x20: throw mistake("a control character in a string")
            case 0x20..<0x80: index += 1
            default: try sequence(text)
            }
        }
        throw mistake("the document is cut short")
    }

    private mutating func escape(_ text: Span<UInt8>) throws(Mistake) {
        index += 1
        switch peek(text) {
        case UInt8(ascii: "u"):
            let unit = try codeUnit(text)
            if unit & 0xFC00 == 0xDC00 { throw mistake("a lone surrogate") }
            if unit & 0xFC00 != 0xD800 { return }
            guard peek(text) == UInt8(ascii: "\\") else { throw mistake("a lone surrogate") }
            index += 1
            guard peek(text) == UInt8(ascii: "u"), try codeUnit(text) & 0xFC00 == 0xDC00
            else { throw mistake("a lone surrogate") }
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            index += 1
        default: throw mistake("an unknown escape")
        }
    }

    private mutating func codeUnit(_ text: Span<UInt8>) throws(Mistake) -> UInt32 {
        index += 1
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek(text), let digit = hexadecimal(byte) else {
                throw mistake("an unknown escape")
            }
            unit = unit << 4 | digit
            index += 1
        }
        return unit
    }

    private func hexadecimal(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// Reads one character of two to four bytes (Unicode, table 3-7).
    private mutating func sequence(_ text: Span<UInt8>) throws(Mistake) {
        guard let first = peek(text) else { return }
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch first {
        case 0xC2...0xDF: length = 2
        case 0xE0...0xEF:
            length = 3
            if first == 0xE0 { second = 0xA0...0xBF }
            if first == 0xED { second = 0x80...0x9F }
        case 0xF0...0xF4:
            length = 4
            if first == 0xF0 { second = 0x90...0xBF }
            if first == 0xF4 { second = 0x80...0x8F }
        default: throw mistake("no UTF-8")
        }
        index += 1
        for position in 1..<length {
            let range = position == 1 ? second : 0x80...0xBF
            guard let byte = peek(text), range.contains(byte) else { throw mistake("no UTF-8") }
            index += 1
        }
    }

    private mutating func peekAfterSpace(_ text: Span<UInt8>) -> UInt8? {
        skipSpace(text)
        return peek(text)
    }

    private mutating func skipSpace(_ text: Span<UInt8>) {
        while let byte = peek(text) {
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            index += 1
        }
    }

    private func peek(_ text: Span<UInt8>) -> UInt8? {
        index < text.count ? text[index] : nil
    }

    private func mistake(_ what: StaticString) -> Mistake {
        Mistake(text: what, offset: index)
    }
}
