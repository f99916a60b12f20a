import Events
import Testing

@Suite struct EventIDTests {
    let text = "b3a2d5c4-1f2e-4a6b-9c7d-1234567890ab"

    @Test func `a UUID is the same in any case`() throws {
        let id = try #require(EventID(text))
        #expect(EventID(text.uppercased()) == id)
        #expect(id.description == text)
        #expect(id.bytes.prefix(4) == [0xB3, 0xA2, 0xD5, 0xC4])
        #expect(id.bytes.suffix(2) == [0x90, 0xAB])
        #expect(EventID(bytes: id.bytes.span) == id)
        #expect(EventID(bytes: ([7] + id.bytes).span, at: 1) == id)
    }

    @Test func `ids sort by their bytes`() throws {
        let texts = [
            "00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000001",
            "00000000-0000-0000-0100-000000000000", "0f000000-0000-0000-0000-000000000000",
            "F0000000-0000-0000-0000-000000000000",
        ]
        let ids = try texts.map { try #require(EventID($0)) }
        #expect(ids.reversed().sorted() == ids)
    }

    @Test(arguments: [
        "", "b3a2d5c41f2e4a6b9c7d1234567890ab", "b3a2d5c4-1f2e-4a6b-9c7d-1234567890a",
        "b3a2d5c4-1f2e-4a6b-9c7d-1234567890abc", "b3a2d5c4-1f2e-4a6b-9c7d-1234567890ag",
        "b3a2d5c4_1f2e_4a6b_9c7d_1234567890ab", "b3a2d5c41-f2e-4a6b-9c7d-1234567890ab",
        "{3a2d5c4-1f2e-4a6b-9c7d-1234567890a}", "urn:uuid:b3a2d5c4-1f2e-4a6b-9c7d-123",
    ])
    func `what is no UUID is refused`(_ text: String) {
        #expect(EventID(text) == nil)
    }
}
