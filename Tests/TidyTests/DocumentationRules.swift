/// Whatever another target can see says in a sentence what it is or does.
enum DocumentationRules {
    static func check(_ code: SwiftCode) -> [Finding] {
        missing(code) + unfinished(code)
    }

    /// What may follow `package` where it is an access level.
    private static let declarations: Set = [
        "actor", "class", "convenience", "enum", "extension", "final", "func", "indirect", "init",
        "lazy", "let", "mutating", "nonisolated", "nonmutating", "override", "protocol", "required",
        "static", "struct", "subscript", "typealias", "unowned", "var", "weak",
    ]

    private static func missing(_ code: SwiftCode) -> [Finding] {
        code.tokens.indices.compactMap { index in
            guard code.matches(["package"], at: index), let next = code.token(at: index + 1),
                next.kind == .word, declarations.contains(next.text),
                !hasComment(code, line: code.tokens[index].line)
            else { return nil }
            return code.finding(
                "a `package` declaration needs a doc comment", at: code.tokens[index].line)
        }
    }

    /// Directly above, or above the attributes of the declaration.
    private static func hasComment(_ code: SwiftCode, line: Int) -> Bool {
        for text in code.lines[..<(line - 1)].reversed() {
            let text = text.drop { $0 == " " }
            if text.hasPrefix("///") { return true }
            guard text.hasPrefix("@") else { return false }
        }
        return false
    }

    /// The first paragraph of a doc comment ends like a sentence.
    private static func unfinished(_ code: SwiftCode) -> [Finding] {
        var found: [Finding] = []
        var summary: Substring?
        var done = false
        for (index, line) in code.lines.enumerated() {
            let text = line.drop { $0 == " " }
            guard text.hasPrefix("///") else {
                if let last = summary, !done, !endsSentence(last) {
                    found.append(
                        code.finding(
                            "the first sentence of a doc comment ends with a full stop", at: index))
                }
                summary = nil
                done = false
                continue
            }
            let words = text.dropFirst(3).drop { $0 == " " }
            if words.isEmpty || words.hasPrefix("- ") {
                if let last = summary, !done, !endsSentence(last) {
                    found.append(
                        code.finding(
                            "the first sentence of a doc comment ends with a full stop", at: index))
                }
                done = true
            } else if !done {
                summary = words
            }
        }
        return found
    }

    private static func endsSentence(_ line: Substring) -> Bool {
        let closed = line.last.map { ")\"`".contains($0) } == true ? line.dropLast() : line
        return line.last.map { ".:?!".contains($0) } == true || closed.last == "."
    }
}
