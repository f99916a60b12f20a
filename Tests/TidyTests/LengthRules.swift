/// How long a file and a function may be.
enum LengthRules {
    static let file = 400
    static let function = 70

    static func check(_ code: SwiftCode) -> [Finding] {
        fileLength(code) + functionLengths(code)
    }

    private static func fileLength(_ code: SwiftCode) -> [Finding] {
        let count = code.lines.last?.isEmpty == true ? code.lines.count - 1 : code.lines.count
        guard count > file else { return [] }
        return [code.finding("the file has \(count) lines, \(file) at most: split it", at: count)]
    }

    private static func functionLengths(_ code: SwiftCode) -> [Finding] {
        code.tokens.indices.compactMap { index in
            guard startsFunction(code, index), let open = bodyStart(code, after: index),
                let close = bodyEnd(code, from: open)
            else { return nil }
            let start = code.tokens[index].line
            let count = code.tokens[close].line - start + 1
            guard count > function else { return nil }
            return code.finding(
                "the function has \(count) lines, \(function) at most: split it", at: start)
        }
    }

    private static func startsFunction(_ code: SwiftCode, _ index: Int) -> Bool {
        let token = code.tokens[index]
        guard token.kind == .word, ["func", "init", "deinit", "subscript"].contains(token.text)
        else {
            return false
        }
        // `.init(...)` calls one.
        return code.token(at: index - 1)?.text != "."
    }

    /// The brace that opens the body; nil for a requirement of a protocol.
    private static func bodyStart(_ code: SwiftCode, after index: Int) -> Int? {
        let others: Set = [
            "case", "deinit", "func", "init", "let", "package", "private", "static", "struct",
            "var",
        ]
        var depth = 0
        for next in (index + 1)..<code.tokens.count {
            let token = code.tokens[next]
            if token.kind == .word, depth == 0, others.contains(token.text) { return nil }
            guard token.kind == .mark else { continue }
            switch token.text {
            case "(", "[": depth += 1
            case ")", "]": depth -= 1
            case "{" where depth == 0: return next
            case "}" where depth == 0: return nil
            default: break
            }
        }
        return nil
    }

    private static func bodyEnd(_ code: SwiftCode, from open: Int) -> Int? {
        var depth = 0
        for index in open..<code.tokens.count where code.tokens[index].kind == .mark {
            if code.tokens[index].text == "{" { depth += 1 }
            if code.tokens[index].text == "}" { depth -= 1 }
            if depth == 0 { return index }
        }
        return nil
    }
}
