import Support
import Testing

@testable import App

struct CatalogueCommandTests {
    @Test func `each type has a row`() {
        let lines = CommandSession().run("catalogue").output.split(separator: "\n")
        #expect(lines.count == 9)
        #expect(CommandSession().run("catalogue -o json").output.split(separator: "\n").count == 8)
    }

    @Test func `another file replaces the list, and its problems are settings' problems`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("catalogue.json5")
        try FileSystem.write(
            "{types: {\"a.b\": {entity: \"a\", key: \"data.id\", snapshot: \"data\"}}}", to: path)
        let right = CommandSession().run("catalogue -o json --set catalogue.file=\(path)")
        #expect(right.output.contains("\"entity\":\"a\""))
        try FileSystem.write("{types: {\"a.b\": {entity: 1}}}", to: path)
        let wrong = CommandSession().run("config check --set catalogue.file=\(path)")
        #expect(wrong.code == .configuration)
        #expect(wrong.complaints.contains("catalogue.file is \"\(path)\" (--set): "))
    }
}
