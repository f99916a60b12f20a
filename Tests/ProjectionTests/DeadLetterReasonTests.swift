import Projection
import Testing

@Suite struct DeadLetterReasonTests {
    @Test func `stored codes stay what they are`() {
        #expect(DeadLetterReason.allCases.map(\.rawValue) == [1, 2, 3, 4, 5, 6, 7])
        #expect(
            DeadLetterReason.allCases.map(\.name)
                == ["tombstone", "json", "envelope", "type", "key", "size", "future"])
    }
}
