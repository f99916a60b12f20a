import JSON
import Testing

@Suite struct JSONWriterTests {
    @Test func `objects and arrays get their commas`() {
        var writer = JSONWriter()
        writer.object { object in
            object.field("a", 1)
            object.array("b") { list in
                list.value("x")
                list.array { _ in }
                list.object { $0.field("y", true) }
                list.null()
            }
            object.object("c") { _ in }
            object.field("d", nil as String?)
            object.field("e", 2.5)
            object.key("f")
            object.raw("[1 ]")
        }
        #expect(
            writer.text
                == #"{"a":1,"b":["x",[],{"y":true},null],"c":{},"d":null,"e":2.5,"f":[1 ]}"#)
    }

    @Test func `strings are escaped so that reading gives them back`() throws {
        let scanner = JSONScanner()
        let texts = ["", "\"\\/", "\u{0}\u{1}\u{1F}\u{7F}", "\r\n\t", "å😀\u{2028}", "</script>"]
        for text in texts {
            var writer = JSONWriter()
            writer.object { $0.field("a", text) }
            try scanner.parse(PaddedBytes(writer.bytes))
            #expect(scanner.string(JSONPath(member: "a")) == text)
        }
    }

    @Test func `numbers that JSON does not have are null`() {
        var writer = JSONWriter()
        writer.array { list in
            for number in [Double.infinity, -.infinity, .nan, 1e300, -0.5, 3] { list.value(number) }
            list.value(UInt64.max)
            list.value(Int64.min)
        }
        #expect(
            writer.text
                == "[null,null,null,1e+300,-0.5,3.0,18446744073709551615,-9223372036854775808]")
    }

    @Test func `a writer can be used again`() {
        var writer = JSONWriter(capacity: 10)
        writer.value(1)
        writer.newline()
        writer.value(2)
        #expect(writer.text == "1\n2")
        writer.removeAll()
        writer.value(3)
        #expect(writer.bytes == Array("3".utf8))
    }
}
