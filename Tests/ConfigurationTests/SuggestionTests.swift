import Configuration
import Testing

struct SuggestionTests {
    @Test(arguments: [
        ("sreve", "serve"), ("consum", "consume"), ("catalog", "catalogue"), ("Serve", "serve"),
    ])
    func `a slip finds what was meant`(written: String, meant: String) {
        let known = ["serve", "consume", "catalogue", "state"]
        #expect(Suggestion.nearest(to: written, in: known) == meant)
    }

    @Test func `something else finds nothing`() {
        #expect(Suggestion.nearest(to: "x", in: ["serve", "state"]) == nil)
        #expect(Suggestion.nearest(to: "banana", in: [] as [String]) == nil)
    }
}
