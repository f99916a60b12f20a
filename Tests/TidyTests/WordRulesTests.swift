import Support
import Testing

@Suite struct WordRulesTests {
    private func code(_ text: String, _ path: String = "Sources/Journal/Segment.swift") -> SwiftCode
    {
        SwiftCode(SourceFile(path: path, text: text))
    }

    @Test(arguments: [
        "Task { }", "func a() async {}", "await b()", "actor C {}", "@MainActor struct D {}",
        "withTaskGroup(of: Int.self) { (group: TaskGroup<Int>) in }", "public struct E {}",
        "open class F {}", "let g = try! h()", "let i = j as! K", "unsafe l()",
    ])
    func `a word that does not belong in the product is found`(text: String) {
        #expect(!WordRules.product(code(text)).isEmpty)
    }

    @Test(arguments: [
        "// Task, async, public: words of a comment", "let a = \"try! await\"", "file.open(path)",
        "let b = try c()", "let d = e as? F", "enum Access { case `public` }",
    ])
    func `a word that is none of these is let through`(text: String) {
        #expect(WordRules.product(code(text)).isEmpty)
    }

    @Test func `the faces and the file layer may say unsafe`() {
        #expect(WordRules.product(code("unsafe a()", "Sources/Kafka/Producer.swift")).isEmpty)
        #expect(!WordRules.product(code("unsafe a()", "Sources/Events/Envelope.swift")).isEmpty)
    }

    @Test(arguments: [
        "final class A: @unchecked Sendable {}",
        "// Safe because: too far away\n\nfinal class A: @unchecked Sendable {}",
        "struct B { nonisolated(unsafe) let c: OpaquePointer }",
    ])
    func `unchecked without its reason is found`(text: String) {
        #expect(!WordRules.reasons(code(text)).isEmpty)
    }

    @Test(arguments: [
        "// Safe because: one thread has it.\nfinal class A: @unchecked Sendable {}",
        "// Safe because: one thread has it,\n// the writer's.\n@safe\nclass A: @unchecked Sendable {}",
        "nonisolated(unsafe) let c: OpaquePointer  // Safe because: never changed.",
        "// Safe because: set once.\nnonisolated(unsafe) let c: P\nnonisolated(unsafe) let d: P",
    ])
    func `unchecked with its reason is let through`(text: String) {
        #expect(WordRules.reasons(code(text)).isEmpty)
    }

    @Test func `what is left to do is found with its line`() {
        let file = SourceFile(path: "deploy/try", text: "a\n# TO" + "DO: b\n")
        #expect(WordRules.leftovers(file).map(\.line) == [2])
    }
}
