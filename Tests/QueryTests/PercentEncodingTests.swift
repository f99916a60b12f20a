import Testing

@testable import Query

struct PercentEncodingTests {
    private func decode(_ text: String) -> String? {
        PercentEncoding.decode(Array(text.utf8))
    }

    @Test(arguments: [
        ("", ""), ("order-1", "order-1"), ("a%2Fb", "a/b"), ("%c3%A4+", "ä+"), ("a%00b", "a\u{0}b"),
        ("%25", "%"),
    ])
    func `escapes are resolved`(text: String, plain: String) {
        #expect(decode(text) == plain)
    }

    @Test(arguments: ["%", "%2", "a%2", "%zz", "%2G", "%FF", "%C3", "%ED%A0%80"])
    func `a cut escape, or no UTF-8, is refused`(text: String) {
        #expect(decode(text) == nil)
    }
}
