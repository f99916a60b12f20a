import Support
import Testing

/// The house rules over this repository; each failure names the place and the rule.
@Suite struct RepositoryTests {
    private static let sources = Result { try SourceTree.files(under: "Sources", suffix: ".swift") }
    private static let tests = Result { try SourceTree.files(under: "Tests", suffix: ".swift") }
    private static let manifest = Result { try SourceTree.file("Package.swift") }

    private var sources: [SwiftCode] {
        get throws { try Self.sources.get().map(SwiftCode.init) }
    }
    private var tests: [SwiftCode] {
        get throws { try Self.tests.get().map(SwiftCode.init) }
    }
    private var manifest: Manifest {
        get throws { Manifest(try Self.manifest.get()) }
    }

    private func report(_ found: [Finding]) {
        for finding in found { Issue.record(Comment(rawValue: finding.description)) }
    }

    @Test func `the repository is where the tests look for it`() throws {
        #expect(try sources.count > 100)
        #expect(try tests.count > 100)
        #expect(try manifest.dependencies.count > 15)
    }

    @Test func `no word that does not belong`() throws {
        report(try sources.flatMap(WordRules.product))
        report(try tests.flatMap(WordRules.everywhere))
    }

    @Test func `what is unchecked says why it is safe`() throws {
        report(try (sources + tests).flatMap(WordRules.reasons))
    }

    @Test func `nothing is left to do`() throws {
        let folders = ["Sources", "Tests", "config", "deploy", ".ci"]
        let files = try folders.flatMap { try SourceTree.files(under: $0) }
        report((files + [try SourceTree.file("README.md")]).flatMap(WordRules.leftovers))
    }

    @Test func `files and functions are short`() throws {
        report(try (sources + tests).flatMap(LengthRules.check))
    }

    @Test func `what other targets see is documented`() throws {
        report(try (sources + tests).flatMap(DocumentationRules.check))
    }

    @Test func `targets import what the table allows`() throws {
        let manifest = try manifest
        report(try sources.flatMap { ImportRules.check($0, manifest) })
        report(try tests.flatMap(ImportRules.checkTests))
    }

    @Test func `the manifest lists what is imported and has no cycle`() throws {
        var imports: [String: Set<String>] = [:]
        for code in try sources {
            imports[code.target, default: []].formUnion(ImportRules.imports(of: code).map(\.module))
        }
        report(try manifest.check(imports: imports))
    }

    @Test func `the table of targets says what is so`() throws {
        report(try manifest.check(table: try SourceTree.file("Sources/README.md")))
    }

    @Test func `each source has its tests, or a reason why not`() throws {
        report(
            LayoutRules.mirror(sources: try sources.map(\.path), tests: try tests.map(\.path)))
    }

    @Test func `the top level holds what belongs there`() throws {
        report(LayoutRules.topLevel(try FileSystem.names(in: SourceTree.top)))
    }

    @Test func `the scripts install every package that the manifest names`() throws {
        let script = try SourceTree.file("deploy/install-packages").text
        for package in try manifest.aptPackages.sorted() {
            #expect(script.contains(package), "deploy/install-packages does not name \(package)")
        }
    }
}
