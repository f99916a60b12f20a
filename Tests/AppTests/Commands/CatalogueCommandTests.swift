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

    @Test func `as asyncapi it is one document, made from the settings, for people too`() {
        let session = CommandSession()
        let end = session.run("catalogue -o asyncapi --set kafka.topicPrefix=own.")
        #expect(end.code == .success)
        #expect(end.output.hasPrefix("{\n  \"asyncapi\": \"3.0.0\",\n"))
        #expect(end.output.contains("\"address\": \"own.order.updated\""))
        #expect(end.output.contains("\"version\": \"\(CommandRunner.number)\""))
    }

    @Test func `one schema is a document of its own, and another name is told what there is`() {
        let right = CommandSession().run("catalogue schema order.updated")
        #expect(right.code == .success)
        #expect(right.output.contains("\"$ref\": \"#/definitions/order-state\""))
        #expect(!right.output.contains("license-state"))
        let wrong = CommandSession().run("catalogue schema order")
        #expect(wrong.code == .negative)
        #expect(wrong.complaints.contains("there is no schema order\n"))
        #expect(wrong.complaints.contains("license-state, license.activated"))
    }
}
