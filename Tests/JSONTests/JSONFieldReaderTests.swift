import JSON
import Support
import Testing

@Suite struct JSONFieldReaderTests {
    let reader = JSONFieldReader()

    @Test func `fields come in the order of their names' bytes`() {
        let text = #"{"b":1,"":2,"ab":3,"a":4,"\u0061c":5,"B":6,"å":7,"\ud83d\ude00":8,"\uffff":9}"#
        #expect(
            fields(text) == [
                "=2", "B=6", "a=4", "ab=3", "ac=5", "b=1", "å=7", "\u{ffff}=9", "😀=8",
            ])
    }

    @Test func `values come as they stand there, trimmed`() {
        let found = fields(
            #"{ "a" : 2.50 , "b":[1, 2 ] , "c": { "x" : 1 }, "d":null,"e":"\u0041" , "f":true }"#)
        #expect(
            found == [
                "a=2.50", "b=[1, 2 ]", #"c={ "x" : 1 }"#, "d=null", #"e="\u0041""#, "f=true",
            ])
    }

    @Test func `an inner object is found by its unescaped path`() {
        let text = #"{"x":{"order":0},"d\u0061ta":{"more":[{}],"order":{"id":"1","n":1}},"z":1}"#
        #expect(fields(text, "data.order") == [#"id="1""#, "n=1"])
        #expect(fields(text, "data.none") == nil)
        #expect(fields(text, "z") == nil)
        #expect(fields("[1]") == nil)
        #expect(fields("{}") == [])
    }

    @Test func `what cannot be read is no object without fields`() throws {
        for text in [#"{"a":1,"b" 2}"#, #"{"a":1"#, #"{"x":{"a" 1}}"#] {
            #expect(throws: JSONError.memory) {
                try reader.withFields(of: PaddedBytes(text), at: nil) { $0.count }
            }
        }
        for path in ["none", "z", "z.a", "l.9"] {
            let text = PaddedBytes(#"{"z":1,"l":[]}"#)
            let isObject = try reader.withFields(of: text, at: JSONPath(path)) { $0.isObject }
            #expect(!isObject, "\(path)")
        }
    }

    @Test func `names come unescaped`() {
        #expect(fields(#"{"\u00e5\"\\":1,"b":2}"#) == ["b=2", "å\"\\=1"])
    }

    @Test func `of a repeated field the last counts`() {
        #expect(fields(#"{"a":1,"b":2,"\u0061":3,"a":4}"#) == ["a=4", "b=2"])
    }

    @Test func `of very many fields, repeats among them, the last count`() {
        let many = (0..<5000).map { "\"f\($0 % 3000)\":\($0)" }.joined(separator: ",")
        let found = fields("{\(many)}") ?? []
        #expect(found.count == 3000)
        #expect(found.first == "f0=3000")
        #expect(Set(found).contains("f7=3007"))
    }

    @Test func `a text is unescaped, what is no string has none`() {
        #expect(reader.string(Array(#""a\nb\u00e5""#.utf8).span) == "a\nbå")
        #expect(reader.string(Array("12".utf8).span) == nil)
        #expect(reader.string(Array("null".utf8).span) == nil)
        #expect(reader.string([UInt8]().span) == nil)
    }

    @Test func `all fields of the webhooks are found, also with bytes changed`() throws {
        let scanner = JSONScanner()
        var random = SplitMix(state: 3)
        for type in Fixture.types {
            let body = try Fixture.body(type)
            #expect(fields(String(decoding: body, as: UTF8.self))?.count == 4)
            for index in body.indices {
                var changed = body
                changed[index] = UInt8(truncatingIfNeeded: random.next())
                let padded = PaddedBytes(changed)
                // Unchecked input must not harm; checked input must be read.
                let isObject = reader.forEachField(of: padded, at: nil) { _, _ in }
                if (try? scanner.parse(padded)) != nil { #expect(isObject) }
            }
        }
    }

    private func fields(_ text: String, _ path: String? = nil) -> [String]? {
        var found: [String] = []
        let isObject = reader.forEachField(
            of: PaddedBytes(text), at: path.flatMap { JSONPath($0) }
        ) { name, value in
            found.append("\(String(utf8: name))=\(String(utf8: value))")
        }
        return isObject ? found : nil
    }
}
