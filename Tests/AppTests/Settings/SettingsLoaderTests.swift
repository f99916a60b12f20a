import Configuration
import Kafka
import Support
import Testing

@testable import App

struct SettingsLoaderTests {
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
    }

    private func loader(
        file: String? = nil, environment: [String: String] = [:], searched: [String] = []
    ) -> SettingsLoader {
        var loader = SettingsLoader(environment: environment, file: file)
        loader.searched = searched
        return loader
    }

    private func write(_ text: String, to name: String) throws -> String {
        let path = folder.file(name)
        try FileSystem.write(text, to: path)
        return path
    }

    @Test func `without a file the defaults count`() throws {
        #expect(try loader().load().kafka.bootstrapServers == "localhost:9092")
    }

    @Test func `the named file counts before the variable, and that before those searched`() throws
    {
        let one = try write("{ kafka: { bootstrapServers: \"one:1\" } }", to: "one")
        let two = try write("{ kafka: { bootstrapServers: \"two:1\" } }", to: "two")
        let three = try write("{ kafka: { bootstrapServers: \"three:1\" } }", to: "three")
        let variable = ["HOOKLINE_CONFIG": two]
        let servers = try [
            loader(file: one, environment: variable, searched: [three]),
            loader(environment: variable, searched: [three]),
            loader(searched: [folder.file("none"), three, two]),
        ].map { try $0.load().kafka.bootstrapServers }
        #expect(servers == ["one:1", "two:1", "three:1"])
    }

    @Test func `a file that is named and missing is told`() throws {
        let none = folder.file("none")
        let failure = #expect(throws: CommandFailure.self) { try loader(file: none).load() }
        #expect(failure?.code == .configuration)
        #expect(failure?.messages == ["\(none) (--config): there is no such file"])
    }

    @Test func `a file that is no JSON5 is told with its line`() throws {
        let broken = try write("{\n  log: { level: \"info\" }\n  kafka: {} }", to: "broken")
        let failure = #expect(throws: CommandFailure.self) { try loader(file: broken).load() }
        #expect(failure?.messages == ["\(broken):3:3: not valid JSON5: , or } is missing here"])
    }

    @Test func `every problem is a message`() throws {
        let file = try write("{ log: { level: 1, x: 2 } }", to: "bad")
        let failure = #expect(throws: CommandFailure.self) {
            try loader(file: file, environment: ["HOOKLINE_NO": "1"]).load()
        }
        #expect(failure?.code == .configuration)
        #expect(failure?.messages.count == 3)
    }
}
