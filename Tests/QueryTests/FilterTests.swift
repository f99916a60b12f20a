import JSON
import Projection
import Support
import Testing

@testable import Query

struct FilterTests {
    private let state: EntityState = {
        let fields = [
            ("state", #""A\u0042""#), ("size", "2.50"), ("flag", "true"), ("none", "null"),
            ("owner", #"{ "name" : "x\/y", "deep": {"n": -1}, "name": "last" }"#),
            ("parts", #"[{"name":"p"},{"name":"q"}]"#), ("text", #""5""#),
        ]
        return EntityState(.sample(), fields)
    }()

    private func meets(_ path: String, _ text: String) throws -> Bool {
        let filter = Filter(path: try #require(JSONPath(path)), text: text)
        return FilterCheck().meets([filter], state)
    }

    @Test(arguments: [
        ("state", "AB"), ("size", "2.50"), ("flag", "true"), ("none", "null"), ("text", "5"),
        ("owner.name", "last"), ("owner.deep.n", "-1"), ("parts.0.name", "p"),
        ("parts.1.name", "q"),
    ])
    func `a value is met by its text`(path: String, text: String) throws {
        #expect(try meets(path, text))
    }

    @Test(arguments: [
        ("state", "A"), ("state", #""AB""#), ("size", "2.5"), ("flag", "True"), ("none", ""),
        ("owner", "last"), ("owner.name", "x/y"), ("owner.deep", #"{"n": -1}"#), ("absent", "null"),
        ("owner.absent", "null"), ("state.x", "AB"), ("parts.2.name", "p"), ("parts", "p"),
    ])
    func `anything else is not`(path: String, text: String) throws {
        #expect(try !meets(path, text))
    }

    @Test func `all filters must hold`() throws {
        let state = Filter(path: try #require(JSONPath("state")), text: "AB")
        let size = Filter(path: try #require(JSONPath("size")), text: "1")
        #expect(FilterCheck().meets([], self.state))
        #expect(!FilterCheck().meets([state, size], self.state))
    }
}
