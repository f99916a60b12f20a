@testable import Projection
import Testing

@Suite struct CompactJSONTests {
    private func compact(_ text: String) -> String {
        var output: [UInt8] = []
        CompactJSON.append(Array(text.utf8).span, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test(arguments: [
        (" 1 ", "1"), ("2.50", "2.50"), ("1E+2", "1E+2"), ("[ 1,\t2 ,\r\n3 ]", "[1,2,3]"),
        (#"{ "a b" : "c  d" }"#, #"{"a b":"c  d"}"#), (#"" \" ""#, #"" \" ""#),
        (#"[ "\\" , " " ]"#, #"["\\"," "]"#), (#" "\u0020 å" "#, #""\u0020 å""#),
    ])
    func `only whitespace outside strings goes`(text: String, expected: String) {
        #expect(compact(text) == expected)
    }

    @Test func `a cut string is copied to its end`() {
        #expect(compact(#"[ "a \"#) == #"["a \"#)
    }
}
