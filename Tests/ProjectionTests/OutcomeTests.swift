import Projection
import Testing

@Suite struct OutcomeTests {
    @Test func `stored codes stay what they are`() {
        #expect(Outcome.allCases.map(\.rawValue) == [1, 2, 3, 4])
        #expect(
            Outcome.allCases.map(\.name) == ["applied", "partly_applied", "stale", "duplicate"])
    }
}
