import Testing

@testable import Configuration

struct JSON5FaultTests {
    @Test(arguments: [
        ("{ a: 1,, }", 1, 8, "a name is missing here"),
        ("{\n  a: 1\n  b: 2\n}", 3, 3, ", or } is missing here"),
        ("{ a: [1, 2 }", 1, 12, ", or ] is missing here"),
        ("{ a: { b: 1 }", 1, 1, "this is never closed"),
        ("{ a \"b\" }", 1, 5, ": is missing here"),
        ("{ a: \"b\n}", 1, 6, "this text is never closed"),
        ("{ a: }", 1, 6, "a value is missing here"),
        ("{} }", 1, 4, "nothing is expected after the end"),
        ("", 1, 1, "a value is missing"),
        ("{ /* a: 1 }", 1, 3, "this comment is never closed"),
        ("{ / a }", 1, 4, "a comment begins with // or /*"),
        ("{ \"ü\": 1 x }", 1, 10, ", or } is missing here"),
    ])
    func `the first fault is found`(text: String, line: Int, column: Int, complaint: String) {
        #expect(
            JSON5Fault.find(in: Array(text.utf8))
                == JSON5Fault(line: line, column: column, complaint: complaint))
    }

    @Test(arguments: [
        "{}", "[]", " // c\n{ a: 'x', \"b\\\"c\": [1, +0x1F, .5, -Infinity,], $d_1: null, }",
        "/* c * / */ \"a\\\nb\"", "{ ü: true }",
    ])
    func `what is right has none`(text: String) {
        #expect(JSON5Fault.find(in: Array(text.utf8)) == nil)
    }
}
