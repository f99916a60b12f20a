import Support

/// A piece of Swift source: a word, a mark, a string's text or a name in backticks.
struct Token: Equatable {
    enum Kind { case word, mark, string, quotedName }

    let kind: Kind
    let text: String
    /// Counted from 1.
    let line: Int
    /// Whether nothing stands between it and the token before.
    let adjacent: Bool
}

/// A Swift file, cut into lines and into tokens without its comments.
struct SwiftCode {
    let path: String
    let lines: [Substring]
    let tokens: [Token]

    init(_ file: SourceFile) {
        path = file.path
        lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
        var lexer = Lexer(Array(file.text.utf8))
        lexer.run()
        tokens = lexer.tokens
    }

    /// `Sources/Journal/Segment.swift` -> `Journal`; also `JournalTests`, `Support`.
    var target: String {
        let parts = path.split(separator: "/")
        return parts.count > 2 ? String(parts[1]) : ""
    }

    func token(at index: Int) -> Token? {
        tokens.indices.contains(index) ? tokens[index] : nil
    }

    /// Whether the marks or words follow each other here.
    func matches(_ texts: [String], at index: Int) -> Bool {
        texts.indices.allSatisfy { offset in
            guard let token = token(at: index + offset) else { return false }
            return token.text == texts[offset] && token.kind != .string && token.kind != .quotedName
        }
    }

    func finding(_ rule: String, at line: Int) -> Finding {
        Finding(path: path, line: line, rule: rule)
    }

    /// A finding for each place where the marks or words follow each other.
    func findings(of texts: [String], _ rule: String) -> [Finding] {
        tokens.indices.filter { matches(texts, at: $0) }.map { finding(rule, at: tokens[$0].line) }
    }
}

/// Where a house rule is broken, told so that it can be mended at once.
struct Finding: Equatable, CustomStringConvertible {
    let path: String
    let line: Int
    let rule: String

    var description: String { "\(path):\(line): \(rule)" }
}

/// Cuts the bytes of a Swift file into tokens.
///
/// It knows as much of the language as the rules need: comments (nested ones too), strings of every
/// form with what is interpolated into them, and names in backticks.
private struct Lexer {
    private let bytes: [UInt8]
    private var index = 0
    private var line = 1
    private var lastEnd = -1
    private(set) var tokens: [Token] = []

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func run() {
        while index < bytes.count { step() }
    }

    private func byte(_ offset: Int = 0) -> UInt8 {
        index + offset < bytes.count ? bytes[index + offset] : 0
    }

    private mutating func advance(_ count: Int = 1) {
        for _ in 0..<count where index < bytes.count {
            if bytes[index] == UInt8(ascii: "\n") { line += 1 }
            index += 1
        }
    }

    private mutating func add(_ kind: Token.Kind, _ start: Int, _ end: Int, line: Int) {
        let text = String(decoding: bytes[start..<min(end, bytes.count)], as: UTF8.self)
        tokens.append(Token(kind: kind, text: text, line: line, adjacent: start == lastEnd))
        lastEnd = index
    }

    private mutating func step() {
        switch byte() {
        case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\t"): advance()
        case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "/"): skipLine()
        case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "*"): skipBlock()
        case UInt8(ascii: "`"): quotedName()
        case UInt8(ascii: "\""), UInt8(ascii: "#"): stringOrMark()
        case let other where isWord(other): word()
        default: mark()
        }
    }

    private func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...0xff:
            true
        default: false
        }
    }

    private mutating func skipLine() {
        while index < bytes.count, byte() != UInt8(ascii: "\n") { advance() }
    }

    private mutating func skipBlock() {
        var depth = 0
        repeat {
            if byte() == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
                depth += 1
                advance(2)
            } else if byte() == UInt8(ascii: "*"), byte(1) == UInt8(ascii: "/") {
                depth -= 1
                advance(2)
            } else {
                advance()
            }
        } while depth > 0 && index < bytes.count
    }

    private mutating func word() {
        let start = index
        while isWord(byte()) { index += 1 }
        add(.word, start, index, line: line)
    }

    private mutating func mark() {
        advance()
        add(.mark, index - 1, index, line: line)
    }

    private mutating func quotedName() {
        let start = index + 1
        advance()
        while index < bytes.count, byte() != UInt8(ascii: "`") { advance() }
        advance()
        add(.quotedName, start, index - 1, line: line)
    }

    private mutating func stringOrMark() {
        var hashes = 0
        while byte(hashes) == UInt8(ascii: "#") { hashes += 1 }
        guard byte(hashes) == UInt8(ascii: "\"") else { return mark() }
        advance(hashes)
        string(hashes: hashes)
    }

    /// From its first quote; what is interpolated becomes tokens of its own, before the string.
    private mutating func string(hashes: Int) {
        let quotes = byte(1) == UInt8(ascii: "\"") && byte(2) == UInt8(ascii: "\"") ? 3 : 1
        let startLine = line
        advance(quotes)
        let start = index
        while index < bytes.count {
            if ends(quotes: quotes, hashes: hashes) { break }
            if byte() == UInt8(ascii: "\\"), hashFollow(hashes, from: 1) {
                advance(1 + hashes)
                if byte() == UInt8(ascii: "(") { interpolation() } else { advance() }
            } else {
                advance()
            }
        }
        let end = index
        advance(quotes + hashes)
        add(.string, start, end, line: startLine)
    }

    private mutating func interpolation() {
        var depth = 0
        repeat {
            if byte() == UInt8(ascii: "(") { depth += 1 }
            if byte() == UInt8(ascii: ")") { depth -= 1 }
            step()
        } while depth > 0 && index < bytes.count
    }

    private func ends(quotes: Int, hashes: Int) -> Bool {
        (0..<quotes).allSatisfy { byte($0) == UInt8(ascii: "\"") }
            && hashFollow(hashes, from: quotes)
    }

    private func hashFollow(_ hashes: Int, from offset: Int) -> Bool {
        (0..<hashes).allSatisfy { byte(offset + $0) == UInt8(ascii: "#") }
    }
}
