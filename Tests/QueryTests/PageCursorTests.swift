import Testing

@testable import Query

struct PageCursorTests {
    @Test(arguments: ["", "a", "order-1", "\u{0}\u{10FFFF}/ä", String(repeating: "x", count: 512)])
    func `a cursor gives back where the page ended`(end: String) {
        let cursor = PageCursor(of: "list", after: Array(end.utf8))
        #expect(cursor.text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" })
        #expect(PageCursor(cursor.text, of: "list")?.end == Array(end.utf8))
    }

    @Test func `one of another list, and any other text, is none`() {
        let text = PageCursor(of: "list", after: Array("a".utf8)).text
        #expect(PageCursor(text, of: "another") == nil)
        for other in ["", "AQ", String(text.dropLast()), text + "=", "??", "Ä"] {
            #expect(PageCursor(other, of: "list") == nil, "\(other)")
        }
    }

    @Test func `all bytes come back from base64`() {
        for count in 0..<20 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + 200) }
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        }
        #expect(Base64URL.encode([0xFB, 0xFF]) == "-_8")
        // The spare bits of the last letter are zero.
        #expect(Base64URL.decode("-_9") == nil)
    }
}
