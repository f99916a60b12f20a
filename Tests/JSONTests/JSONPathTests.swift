import JSON
import Testing

@Suite struct JSONPathTests {
    @Test func `a path is its names`() throws {
        let path = try #require(JSONPath("data.order.orderId"))
        #expect(path.names == ["data", "order", "orderId"])
        #expect(path.parent == JSONPath("data.order"))
        #expect(path.parent?.appending("orderId") == path)
        #expect(JSONPath(member: "data").parent == nil)
    }

    @Test(arguments: ["", ".", "a.", ".a", "a..b"])
    func `an empty name is refused`(_ text: String) {
        #expect(JSONPath(text) == nil)
    }
}
