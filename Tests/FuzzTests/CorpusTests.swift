import Support
import Testing

/// Every input that was kept goes through its target's check: what a fuzzer once found stays
/// found without one.
struct CorpusTests {
    @Test(.timeLimit(.minutes(10)), arguments: FuzzTarget.allCases)
    func `every kept input passes`(_ target: FuzzTarget) throws {
        let folder = "\(SourceTree.top)/Tests/FuzzTests/Corpus/\(target)"
        let names = try FileSystem.names(in: folder)
        #expect(!names.isEmpty)
        for name in names {
            let bytes = try FileSystem.bytes(of: "\(folder)/\(name)")
            #expect(throws: Never.self, "\(target)/\(name)") { try target.check(bytes) }
        }
    }

    @Test func `a check sees what does not hold`() {
        #expect(throws: Broken.self) { try hold(false, "no") }
        #expect(throws: Broken.self) { try same(1, 2, "numbers") }
        #expect(throws: Never.self) { try same(1, 1, "numbers") }
    }
}
