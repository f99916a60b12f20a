import Testing

@testable import App

struct BytesTextTests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
    func `base64 is that of RFC 4648`(text: String, expected: String) {
        #expect(BytesText.base64(Array(text.utf8)) == expected)
    }

    @Test func `every byte has its place in base64`() {
        #expect(BytesText.base64([0xFB, 0xEF, 0xFF, 0x00]) == "++//AA==")
    }

    @Test func `a dump has sixteen bytes a line`() {
        let bytes = Array(0..<UInt8(18)) + Array("ab~\u{7f}".utf8)
        #expect(
            BytesText.dump(bytes) == """
                00000000  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f  ................
                00000010  10 11 61 62 7e 7f                                ..ab~.

                """)
    }

    @Test(arguments: ["plain", "två\n", "{\"a\":\t1}\r\n", ""])
    func `text is printed as it came`(text: String) {
        #expect(BytesText.printable(Array(text.utf8)) == text)
    }

    @Test(arguments: [[0xFF], [0x1B, 0x5B], [0x00], [0xC2, 0x9B], [0xE2, 0x80, 0xAE], [0xC3]])
    func `what is no text, or moves a terminal's cursor, is not`(bytes: [UInt8]) {
        #expect(BytesText.printable(bytes) == nil)
    }
}
