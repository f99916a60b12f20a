import Support
import Testing

@Suite struct LengthRulesTests {
    private func findings(_ text: String) -> [Finding] {
        LengthRules.check(SwiftCode(SourceFile(path: "Sources/X/Y.swift", text: text)))
    }

    private func function(_ head: String, lines: Int) -> String {
        "\(head) {\n" + String(repeating: "    if a { b() }\n", count: lines - 2) + "}\n"
    }

    @Test func `a file may have so many lines and no more`() {
        #expect(findings(String(repeating: "let a = 1\n", count: LengthRules.file)).isEmpty)
        #expect(!findings(String(repeating: "let a = 1\n", count: LengthRules.file + 1)).isEmpty)
    }

    @Test(arguments: [
        "func a()", "init(b: () -> Void = {})", "deinit", "func c() throws(D) -> [E: F]",
        "subscript(g: Int) -> Int",
    ])
    func `a function may have so many lines and no more`(head: String) {
        #expect(findings(function(head, lines: LengthRules.function)).isEmpty)
        #expect(findings(function(head, lines: LengthRules.function + 1)).map(\.line) == [1])
    }

    @Test func `a requirement of a protocol has no body`() {
        let text = "protocol A {\n func b() throws\n init(c: Int)\n var d: Int { get }\n}\n"
        #expect(findings(text + function("struct E", lines: LengthRules.function + 9)).isEmpty)
    }
}
