import JSON
import Projection
import Store
import Support
import Testing

@testable import Query

struct ExplanationTests {
    @Test func `each field has the event of its version, the first of its copies`() {
        var state = EntityState()
        for (version, name) in [(1, "a"), (2, "b"), (3, "c")] {
            state.merge(
                EntityState(.sample(Int64(version)), [(name, "{ \"x\": \(version) }")]))
        }
        let explanation = Explanation(
            state,
            events: [.sample(11, version: 2), .sample(10, version: 1), .sample(12, version: 1)])
        #expect(explanation.fields.map(\.name) == ["a", "b", "c"])
        #expect(explanation.fields.map(\.value) == [#"{"x":1}"#, #"{"x":2}"#, #"{"x":3}"#])
        #expect(explanation.fields.map { $0.event?.number } == [10, 11, nil])
    }
}
