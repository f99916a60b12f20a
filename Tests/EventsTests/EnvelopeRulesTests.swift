import Testing

@testable import Events

@Suite struct EnvelopeRulesTests {
    @Test func `a type has 1 to 128 of the bytes it may have`() {
        for text in ["a", "order.updated", "subscription.subscriber_set", "A.9_", "..."] {
            #expect(EnvelopeRules.isType(text))
        }
        for text in ["", "a b", "a-b", "å", "a\n", "a/b", "a\u{0}"] {
            #expect(!EnvelopeRules.isType(text))
        }
        #expect(EnvelopeRules.isType(String(repeating: "x", count: 128)))
        #expect(!EnvelopeRules.isType(String(repeating: "x", count: 129)))
    }
}
