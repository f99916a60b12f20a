import Support

/// Words that do not belong in the product, or only in some targets.
enum WordRules {
    /// Whose job it is to speak with C, or with the kernel.
    static let unsafeTargets: Set = [
        "Files", "HTTP", "HTTPClient", "JSON", "Kafka", "SQLite", "Threads",
    ]

    /// The one file that calls the hash library.
    static let unsafeFiles: Set = ["Sources/Events/BodyHash.swift"]

    /// For the sources of the product.
    static func product(_ code: SwiftCode) -> [Finding] {
        var found = everywhere(code)
        for word in ["Task", "TaskGroup", "async", "await", "actor", "MainActor"] {
            found += code.findings(
                of: [word], "no \(word): long work has a thread of its own, see Threads")
        }
        if !unsafeTargets.contains(code.target), !unsafeFiles.contains(code.path) {
            found += code.findings(
                of: ["unsafe"], "`unsafe` belongs in the faces of the C libraries only")
        }
        return found
    }

    /// For the product and its tests.
    static func everywhere(_ code: SwiftCode) -> [Finding] {
        var found: [Finding] = []
        for word in ["public", "open"] {
            found += accessFindings(code, word)
        }
        found += adjacentMark(code, "try", "no `try!`: handle the error or let it through")
        found += adjacentMark(code, "as", "no `as!`: use `as?` and say what else it may be")
        return found
    }

    /// `open` is also a common name for a function: as an access level it stands before a declaration.
    private static func accessFindings(_ code: SwiftCode, _ word: String) -> [Finding] {
        let followers: Set = [
            "class", "enum", "extension", "final", "func", "import", "init", "let", "protocol",
            "static", "struct", "subscript", "typealias", "var",
        ]
        return code.tokens.indices.compactMap { index in
            guard code.matches([word], at: index), let next = code.token(at: index + 1),
                next.kind == .word, followers.contains(next.text)
            else { return nil }
            return code.finding(
                "no `\(word)`: across targets it is `package`", at: code.tokens[index].line)
        }
    }

    private static func adjacentMark(_ code: SwiftCode, _ word: String, _ rule: String) -> [Finding]
    {
        code.tokens.indices.compactMap { index in
            guard code.matches([word, "!"], at: index), code.tokens[index + 1].adjacent else {
                return nil
            }
            return code.finding(rule, at: code.tokens[index].line)
        }
    }

    /// `@unchecked Sendable` and `nonisolated(unsafe)` stand under, or beside, the reason why they are
    /// right; one reason serves the lines of the same kind that follow each other.
    static func reasons(_ code: SwiftCode) -> [Finding] {
        let places: [(texts: [String], name: String)] = [
            (["@", "unchecked", "Sendable"], "@unchecked Sendable"),
            (["nonisolated", "(", "unsafe", ")"], "nonisolated(unsafe)"),
        ]
        return places.flatMap { place in
            code.tokens.indices.filter { code.matches(place.texts, at: $0) }.compactMap { index in
                let line = code.tokens[index].line
                guard !hasReason(code, line: line, name: place.name) else { return nil }
                return code.finding(
                    "`\(place.name)` needs `// Safe because: ...` above it or beside it", at: line)
            }
        }
    }

    private static func hasReason(_ code: SwiftCode, line: Int, name: String) -> Bool {
        let reason = "// Safe because:"
        // Beside it, or as the first line of the type.
        if code.lines[(line - 1)...].prefix(2).contains(where: { $0.contains(reason) }) {
            return true
        }
        for text in code.lines[..<(line - 1)].reversed() {
            let text = text.drop { $0 == " " }
            if text.contains(reason) { return true }
            guard text.hasPrefix("//") || text.hasPrefix("@") || text.contains(name) else {
                return false
            }
        }
        return false
    }

    /// What is left to do is an issue, not a line in the repository.
    static func leftovers(_ file: SourceFile) -> [Finding] {
        let words = ["TO" + "DO", "FIX" + "ME", "XX" + "X:"]
        let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.indices.flatMap { index in
            words.filter { lines[index].contains($0) }.map {
                Finding(path: file.path, line: index + 1, rule: "no \($0): do it or open an issue")
            }
        }
    }
}
