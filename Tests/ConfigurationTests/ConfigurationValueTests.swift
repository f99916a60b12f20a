import Configuration
import Testing

struct ConfigurationValueTests {
    @Test func `JSON5 and plain JSON become the same tree`() throws {
        let five = try ConfigurationValue(json5: Array("{a: [1, 1.5, 'x', null,], /* c */ }".utf8))
        let plain = try ConfigurationValue(json5: Array("{\"a\": [1, 1.5, \"x\", null]}".utf8))
        #expect(five == plain)
        #expect(five == .object(["a": .array([.integer(1), .number(1.5), .string("x"), .null])]))
    }

    @Test func `a broken file is refused`() {
        let error = #expect(throws: ConfigurationFileError.self) {
            try ConfigurationValue(json5: Array("{ a: 1,, }".utf8))
        }
        #expect(error?.description == "1:8: not valid JSON5: a name is missing here")
    }

    @Test func `a file that is no UTF-8 is refused, with the place`() {
        for (bytes, place) in [
            // Without a look at the encoding, the decoder ends the process at this one.
            (Array("{\n ".utf8) + [0xFE] + [UInt8](repeating: 0xFF, count: 7), "2:2"),
            (Array("{ a: '".utf8) + [0xC0, 0x80] + Array("' }".utf8), "1:7"),
            ([0xFF, 0xFE, 0x7B, 0, 0x7D, 0], "1:1"), ([0x7B, 0, 0x7D, 0], "1:2"),
        ] {
            let error = #expect(throws: ConfigurationFileError.self) {
                try ConfigurationValue(json5: bytes)
            }
            #expect(error?.description == "\(place): not valid JSON5: this is no UTF-8 text")
        }
    }

    @Test func `a value is written as it would stand in a file`() throws {
        let text =
            "{ \"a.b\": [true, \"q\\\"\\n\\u0001\"], c: {}, d: null, "
            + "e: [NaN, -Infinity, Infinity, 1e+300] }"
        let value = try ConfigurationValue(json5: Array(text.utf8))
        #expect(value.description == text)
    }
}
