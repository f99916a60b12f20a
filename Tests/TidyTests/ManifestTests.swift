import Support
import Testing

@Suite struct ManifestTests {
    private func manifest(_ text: String) -> Manifest {
        Manifest(SourceFile(path: "Package.swift", text: text))
    }

    @Test func `targets, what they depend on, and packages are read`() {
        let text = """
            func part(_ name: String, _ dependencies: [Dependency] = []) -> Target {}
            system("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),
            part("Files"),
            part(
                "Store",
                ["Files", "SQLite"], resources: [.embedInCode("a")]),
            .executableTarget(name: "App", dependencies: ["Store"], swiftSettings: settings),
            """
        let read = manifest(text)
        #expect(
            read.dependencies == ["Files": [], "Store": ["Files", "SQLite"], "App": ["Store"]])
        #expect(read.aptPackages == ["libsqlite3-dev"])
    }

    @Test func `a dependency beside the table is found, and one that nobody imports`() {
        let rules = manifest("part(\"Ingress\", [\"Events\", \"Kafka\"])")
            .check(imports: ["Ingress": ["Kafka"]]).map(\.rule)
        #expect(
            rules == [
                "Ingress depends on Events and does not import it",
                "Ingress may not depend on Kafka",
            ])
    }

    @Test func `a cycle is found with its way`() {
        let read = manifest(
            "part(\"A\", [\"B\"]), part(\"B\", [\"C\", \"D\"]), part(\"C\", [\"A\"]), part(\"D\")")
        #expect(read.cycles() == [["A", "B", "C", "A"]])
        #expect(manifest("part(\"A\", [\"B\", \"C\"]), part(\"B\", [\"C\"])").cycles().isEmpty)
    }

    @Test func `a row that says something else, is missing or too many is found`() {
        let read = manifest("part(\"A\", [\"B\", \"Threads\"]), part(\"B\"), part(\"C\")")
        let table = """
            | target | what it is | imports |
            | --- | --- | --- |
            | `A` | uses `B` | `B` |
            | `B` | is used | `A` |
            | `D` | is gone | |
            """
        let found = read.check(table: SourceFile(path: "README.md", text: table))
        #expect(found.map(\.line) == [4, 1, 1])
        #expect(found.map { $0.rule.prefix(2) } == ["B ", "C ", "D "])
    }
}
