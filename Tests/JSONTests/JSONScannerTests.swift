import JSON
import Support
import Testing

@Suite struct JSONScannerTests {
    let scanner = JSONScanner()

    @Test func `every documented webhook is taken`() throws {
        for type in Fixture.types {
            try scanner.parse(PaddedBytes(Fixture.body(type)))
            #expect(scanner.string(path("type")) == type)
        }
    }

    @Test func `names are compared unescaped, texts are given unescaped`() throws {
        try scanner.parse(PaddedBytes(#"{"d\u0061ta":{"\ud83d\ude00":"a\n\u00e5\"/\\"}}"#))
        #expect(scanner.string(path("data.😀")) == "a\nå\"/\\")
    }

    @Test(arguments: [
        (#"{"a":null}"#, JSONScanner.Kind.null), (#"{"a":true}"#, .boolean),
        (#"{"a":-1.5e3}"#, .number), (#"{"a":18446744073709551615}"#, .number),
        (#"{"a":""}"#, .string), (#"{"a":[]}"#, .array), (#"{"a":{}}"#, .object),
    ])
    func `each kind of value is told`(_ text: String, _ kind: JSONScanner.Kind) throws {
        try scanner.parse(PaddedBytes(text))
        #expect(scanner.find(path("a")) == .once(kind))
        #expect(scanner.find(nil) == .once(.object))
    }

    @Test func `booleans are read, other values are none`() throws {
        try scanner.parse(
            PaddedBytes(#"{"yes":true,"no":false,"text":"true","twice":{},"twice":1}"#))
        #expect(scanner.boolean(path("yes")) == true)
        #expect(scanner.boolean(path("no")) == false)
        for name in ["text", "twice", "none"] { #expect(scanner.boolean(path(name)) == nil) }
    }

    @Test func `digits step into arrays`() throws {
        try scanner.parse(PaddedBytes(#"{"a":[{"b":"first"},{"b":"second"}],"1":"x"}"#))
        #expect(scanner.string(path("a.1.b")) == "second")
        #expect(scanner.find(path("a.2.b")) == .absent)
        #expect(scanner.find(path("a.x")) == .absent)
        #expect(scanner.string(path("1")) == "x")
    }

    @Test func `what does not stand there is absent`() throws {
        try scanner.parse(PaddedBytes(#"{"a":{"b":1}}"#))
        for text in ["b", "a.c", "a.b.c", "aa"] { #expect(scanner.find(path(text)) == .absent) }
        try scanner.parse(PaddedBytes("[1]"))
        #expect(scanner.find(path("a")) == .absent)
        #expect(scanner.string(path("0")) == nil)
    }

    @Test func `a member that stands there twice is told, on the way too`() throws {
        try scanner.parse(PaddedBytes(#"{"a":{"b":1,"c":2},"x":0,"\u0061":{"b":3}}"#))
        #expect(scanner.find(path("a")) == .repeated)
        #expect(scanner.find(path("a.b")) == .repeated)
        #expect(scanner.find(path("x")) == .once(.number))
        #expect(scanner.topRepeats)
        try scanner.parse(PaddedBytes(#"{"a":{"b":1,"b":2},"x":0}"#))
        #expect(scanner.find(path("a")) == .once(.object))
        #expect(scanner.find(path("a.b")) == .repeated)
        #expect(!scanner.topRepeats)
    }

    @Test(arguments: [
        ("", 0), (" ", 1), ("{", 1), (#"{"a""#, 4), (#"{"a":"#, 5), (#"{"a":1"#, 6), ("trux", 3),
        ("[1 2]", 3), ("[1,]", 3), ("[,1]", 1), (#"{"a":1,}"#, 7), ("[1]]", 3), ("{}{}", 2),
        (#"["\q"]"#, 3), (#"["\ud800"]"#, 8), (#"["\udc00"]"#, 8), (#"["\ud800\u0041"]"#, 14),
        ("[01]", 2), ("[1.]", 3), ("[.5]", 1), ("[+1]", 1), ("[1e]", 3), ("[-]", 2), ("[0x1]", 2),
        ("[\"\t\"]", 2), ("{1:2}", 1), (#"{"a" 1}"#, 5), ("[nul]", 4), ("NaN", 0), ("'a'", 0),
        ("// c\n1", 0), ("\u{FEFF}{}", 0), (#"["\u12g4"]"#, 6), (#"["abc]"#, 6),
    ])
    func `what is no JSON is refused, with the place`(_ text: String, _ offset: Int) {
        #expect(throws: JSONError.self) { try scanner.parse(PaddedBytes(text)) }
        do {
            try scanner.parse(PaddedBytes(text))
        } catch {
            guard case .malformed(_, let found) = error else {
                Issue.record("\(text): \(error)")
                return
            }
            #expect(found == offset, "\(text): \(error)")
        }
    }

    @Test(
        arguments: [
            [0x22, 0x80, 0x22], [0x22, 0xC0, 0xAF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
            [0x22, 0xF5, 0x80, 0x80, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22], [0xFF],
            [0x22, 0xF0, 0x8F, 0xBF, 0xBF, 0x22], [0x22, 0xE0, 0x9F, 0xBF, 0x22],
        ] as [[UInt8]])
    func `what is no UTF-8 is malformed`(_ bytes: [UInt8]) {
        let malformed = #expect(throws: JSONError.self) { try scanner.parse(PaddedBytes(bytes)) }
        guard case .malformed? = malformed else {
            Issue.record("\(bytes)")
            return
        }
    }

    @Test(arguments: [
        "[123456789012345678901234567890]", "[1e400]", "[-1e400,{}]", "[18446744073709551616]",
        #"{"a":{"b":-9223372036854775809}}"#,
    ])
    func `a number that cannot be held is told from a malformed one`(_ text: String) {
        #expect(throws: JSONError.number) { try scanner.parse(PaddedBytes(text)) }
        let broken = String(text.dropLast())
        #expect(throws: JSONError.malformed("the document is cut short", offset: broken.utf8.count))
        {
            try scanner.parse(PaddedBytes(broken))
        }
    }

    @Test func `nested 1,024 deep is taken, one more is not`() throws {
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
            func nested(_ depth: Int) -> PaddedBytes {
                PaddedBytes(
                    String(repeating: open, count: depth) + "0"
                        + String(repeating: close, count: depth))
            }
            try scanner.parse(nested(1024))
            #expect(throws: JSONError.depth) { try scanner.parse(nested(1025)) }
            #expect(throws: JSONError.depth) { try scanner.parse(nested(100_000)) }
        }
    }

    @Test func `an empty array at the bottom counts for nothing, whatever else is wrong`() throws {
        func nested(_ inner: String) -> PaddedBytes {
            PaddedBytes(
                String(repeating: "[", count: 1024) + inner + String(repeating: "]", count: 1024))
        }
        for empty in ["[]", "{ }"] {
            try scanner.parse(nested(empty))
            #expect(throws: JSONError.number) { try scanner.parse(nested("\(empty), 1e400")) }
        }
    }

    @Test func `a scanner is as good as new after a refusal`() throws {
        #expect(throws: JSONError.self) { try scanner.parse(PaddedBytes("[")) }
        #expect(scanner.find(nil) == .absent)
        try scanner.parse(PaddedBytes(#"{"a":"b"}"#))
        #expect(scanner.string(path("a")) == "b")
    }

    private func path(_ text: String) -> JSONPath {
        guard let path = JSONPath(text) else { preconditionFailure(text) }
        return path
    }
}
