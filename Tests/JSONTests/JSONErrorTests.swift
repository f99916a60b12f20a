import JSON
import Testing

@Suite struct JSONErrorTests {
    @Test func `each error says what is wrong`() {
        let texts = [
            JSONError.malformed("a colon is missing", offset: 7), .malformed("x", offset: nil),
            .number, .depth, .memory,
        ].map(\.description)
        #expect(texts[0] == "a colon is missing, at byte 7")
        #expect(Set(texts).count == 5)
    }
}
