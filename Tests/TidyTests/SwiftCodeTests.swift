import Support
import Testing

@Suite struct SwiftCodeTests {
    private func tokens(_ text: String) -> [String] {
        SwiftCode(SourceFile(path: "Sources/X/Y.swift", text: text)).tokens.map(\.text)
    }

    @Test func `comments are left out, nested ones too`() {
        #expect(tokens("a // b\n/* c /* d */ e */ f") == ["a", "f"])
    }

    @Test func `a string is one token, whatever stands in it`() {
        #expect(tokens(#"let a = "try! // x" + b"#) == ["let", "a", "=", "try! // x", "+", "b"])
        #expect(tokens(##"f(#"a"b\n"#)"##) == ["f", "(", ##"a"b\n"##, ")"])
        #expect(tokens("x = \"\"\"\n  a \"b\"\n  \"\"\"\ny").suffix(1) == ["y"])
        #expect(tokens(#"a = "\\" + b"#).suffix(1) == ["b"])
    }

    @Test func `what is interpolated is code`() {
        let found = tokens(#"print("a \(b as! C) d \(e("f")) g") + h"#)
        #expect(found.contains("as"))
        #expect(found.contains("f"))
        #expect(found.last == "h")
    }

    @Test func `a name in backticks is not a word`() {
        let code = SwiftCode(
            SourceFile(path: "Tests/X/Y.swift", text: "func `no async, it's \"quoted\"`() {}"))
        #expect(code.findings(of: ["async"], "no").isEmpty)
        #expect(code.tokens.map(\.text).suffix(4) == ["(", ")", "{", "}"])
    }

    @Test func `each token knows its line and whether it touches the one before`() {
        let text = "a\n\"\"\"\nb\n\"\"\"\ntry!"
        let code = SwiftCode(SourceFile(path: "Sources/X/Y.swift", text: text))
        #expect(code.tokens.map(\.line) == [1, 2, 5, 5])
        #expect(code.tokens.map(\.adjacent) == [false, false, false, true])
    }
}
