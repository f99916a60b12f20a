import Support
import Testing

/// The model that the scanners are held against.
struct ModelDocumentTests {
    @Test(arguments: [
        "{}", " [ ] ", "null", "-0.5E+3", #"{"a":[1,{"b":"\u00e5\ud83d\ude00\\"}],"a":true}"#,
    ])
    func `JSON is read`(_ text: String) throws {
        #expect(try !ModelDocument(Array(text.utf8)).nodes.isEmpty)
    }

    @Test(arguments: [
        "", "{", "}", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}", "{a:1}", "01", "1.", "+1", "nul",
        "[1 2]",
        "\"\\x\"", "\"\u{1}\"", "\"a", "{}{}", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u00g0\"",
        "\u{FEFF}{}", "{\"a\":1,}", "[\"a\":1]",
    ])
    func `what is no JSON is refused`(_ text: String) {
        #expect(throws: ModelDocument.Malformed.self) { try ModelDocument(Array(text.utf8)) }
    }

    @Test func `bytes that are no UTF-8 are refused`() {
        #expect(throws: ModelDocument.Malformed.self) {
            try ModelDocument([0x22, 0xC0, 0x80, 0x22])
        }
    }

    @Test func `names are unescaped, and values keep their place`() throws {
        let document = try ModelDocument(Array(#"{ "\u0061" : [ 1, 2 ] , "b":"\n" }"#.utf8))
        let members = document.nodes[0].children
        #expect(members.map(\.name) == [Array("a".utf8), Array("b".utf8)])
        #expect(document.raw(members[0].node) == Array("[ 1, 2 ]".utf8))
        #expect(document.nodes[members[1].node].text == [0x0A])
        #expect(document.depth == 2)
    }

    @Test(arguments: [
        ("18446744073709551616", true), ("1e400", true), ("18446744073709551615", false),
    ])
    func `a number that is too large is seen`(_ text: String, _ isHuge: Bool) throws {
        #expect(try ModelDocument(Array(text.utf8)).hasHugeNumber == isHuge)
    }
}
