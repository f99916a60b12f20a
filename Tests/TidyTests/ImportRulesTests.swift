import Support
import Testing

@Suite struct ImportRulesTests {
    private let manifest = Manifest(
        SourceFile(
            path: "Package.swift",
            text: """
                part("Ingress", ["Events", "HTTP", "Kafka"]),
                part("Kafka", ["CRdkafka"]),
                part("Files"),
                part("Journal", ["Files"]),
                """))

    private func findings(_ text: String, in target: String) -> [String] {
        let file = SourceFile(path: "Sources/\(target)/Y.swift", text: text)
        return ImportRules.check(SwiftCode(file), manifest).map(\.rule)
    }

    @Test(arguments: [
        ("Ingress", "import Kafka"), ("Ingress", "package import Store"),
        ("Ingress", "import CRdkafka"), ("Ingress", "import Foundation"),
        ("Ingress", "internal import Foundation"), ("Ingress", "import Glibc"),
        ("Ingress", "import struct Foundation.Date"), ("Ingress", "import FoundationEssentials"),
        ("Ingress", "@testable import Kafka"), ("Ingress", "import App"),
        ("Kafka", "import Events"),
    ])
    func `an import beside the table is found`(target: String, text: String) {
        #expect(findings(text, in: target) == ["\(target) may not import \(module(text))"])
    }

    @Test func `an import that the manifest does not list is found`() {
        #expect(findings("import Journal", in: "Ingress").count == 1)
    }

    @Test func `an unknown target is found`() {
        #expect(findings("import Events", in: "Helpers").count == 1)
    }

    @Test(arguments: [
        ("Ingress", "import Events"), ("Ingress", "package import HTTP"),
        ("Ingress", "import Synchronization"), ("Kafka", "import CRdkafka"),
        ("Files", "import Glibc"),
    ])
    func `an import of the table is let through`(target: String, text: String) {
        #expect(findings(text, in: target).isEmpty)
    }

    @Test func `each C target has one face, and tests have none`() {
        #expect(ImportRules.faces["CSQLite"] == "SQLite")
        #expect(ImportRules.faces.count == 8)
        let test = SourceFile(path: "Tests/X/Y.swift", text: "import CSQLite\nimport Foundation\n")
        #expect(ImportRules.checkTests(SwiftCode(test)).count == 2)
    }

    private func module(_ text: String) -> String {
        let last = text.split(separator: " ").last ?? ""
        return String(last.split(separator: ".").first ?? "")
    }
}
