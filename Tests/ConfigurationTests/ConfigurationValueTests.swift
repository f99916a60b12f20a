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

    @Test func `a value is written as it would stand in a file`() throws {
        let text = "{ \"a.b\": [true, \"q\\\"\\n\\u0001\"], c: {}, d: null }"
        let value = try ConfigurationValue(json5: Array(text.utf8))
        #expect(value.description == text)
    }
}
