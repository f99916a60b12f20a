import JSON
import Testing

@Suite struct IndentedJSONTests {
    private func indented(_ json: String) -> String {
        String(decoding: IndentedJSON.text(Array(json.utf8)), as: UTF8.self)
    }

    @Test func `each member and element has a line`() {
        #expect(
            indented(#"{"a":[1,2.50,{"b":null}],"c":true}"#) == """
                {
                  "a": [
                    1,
                    2.50,
                    {
                      "b": null
                    }
                  ],
                  "c": true
                }

                """)
    }

    @Test func `brackets with nothing in them stay together, and strings as they are`() {
        #expect(
            indented(#"{ "a" : [ ] , "b,{": { } , "c\"[": "x: \\" }"#) == #"""
                {
                  "a": [],
                  "b,{": {},
                  "c\"[": "x: \\"
                }

                """#)
    }

    @Test func `what is indented already stays so`() {
        let once = indented(#"[[],[[]],{},{"a":{}},"x"]"#)
        #expect(indented(once) == once)
    }
}
