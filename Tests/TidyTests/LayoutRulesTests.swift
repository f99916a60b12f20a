import Testing

@Suite struct LayoutRulesTests {
    @Test func `a stray file at the top is found`() {
        let names = ["Package.swift", "Sources", ".gitignore", "Makefile"]
        #expect(LayoutRules.topLevel(names).map(\.path) == ["Makefile"])
    }

    @Test func `a source without a test is found`() {
        let found = LayoutRules.mirror(
            sources: ["Sources/A/B.swift", "Sources/A/B+C.swift", "Sources/A/D/E.swift"],
            tests: ["Tests/ATests/BTests.swift"], untested: [:])
        #expect(found.map(\.path) == ["Sources/A/D/E.swift"])
        #expect(found.first?.rule.contains("Tests/ATests/D/ETests.swift") == true)
    }

    @Test func `a reason covers a file, or those that end so, and no other`() {
        let sources = ["Sources/A/B.swift", "Sources/A/CMetrics.swift", "Sources/A/D.swift"]
        let found = LayoutRules.mirror(
            sources: sources, tests: [],
            untested: ["Sources/A/B.swift": "why", "Metrics.swift": "why"])
        #expect(found.map(\.path) == ["Sources/A/D.swift"])
    }

    @Test func `a reason for a file that is gone, or has a test, is found`() {
        let found = LayoutRules.mirror(
            sources: ["Sources/A/B.swift"], tests: ["Tests/ATests/BTests.swift"],
            untested: ["Sources/A/B.swift": "why", "Sources/A/C.swift": "why"])
        #expect(found.map(\.path) == ["Sources/A/B.swift", "Sources/A/C.swift"])
    }
}
