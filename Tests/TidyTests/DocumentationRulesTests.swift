import Support
import Testing

@Suite struct DocumentationRulesTests {
    private func findings(_ text: String) -> [Int] {
        DocumentationRules.check(SwiftCode(SourceFile(path: "Sources/X/Y.swift", text: text)))
            .map(\.line)
    }

    @Test func `a package declaration without a comment is found`() {
        #expect(findings("package struct A {}\n") == [1])
        #expect(findings("// A.\npackage struct A {}\n") == [2])
        #expect(findings("/// A.\n\npackage struct A {}\n") == [3])
        #expect(findings("/// A.\npackage struct A {\n    package let b: Int\n}\n") == [3])
    }

    @Test func `a comment above it, or above its attributes, will do`() {
        #expect(findings("/// A.\npackage struct A {}\n").isEmpty)
        #expect(findings("/// A.\n@safe\n@frozen package struct A {}\n").isEmpty)
        #expect(findings("package import Events\n").isEmpty)
        #expect(findings("struct A { package(set) var b: Int }\n").isEmpty)
    }

    @Test func `a summary that does not end like a sentence is found`() {
        #expect(findings("/// What it is\nstruct A {}\n") == [1])
        #expect(findings("/// What it is\n///\n/// More.\nstruct A {}\n") == [1])
        #expect(findings("/// What it is and\n/// what it does.\nstruct A {}\n").isEmpty)
        #expect(findings("/// What it is (so it is.)\nstruct A {}\n").isEmpty)
    }
}
