import Configuration
import Testing

struct ConfigurationReaderTests {
    @Test func `a file that holds no object is a problem`() {
        let reader = ConfigurationReader(
            ConfigurationSources(file: ("a.json5", .array([]))))
        #expect(reader.root.integer("port", default: 1) == 1)
        #expect(
            reader.problems().map(\.description) == ["a.json5: must hold an object: { ... }"])
    }

    @Test func `a setting that two parts read is listed once`() {
        let reader = ConfigurationReader(
            ConfigurationSources(environment: ["HOOKLINE_PORT": "x"]))
        _ = reader.root.integer("port", default: 1)
        _ = reader.root.integer("port", default: 1)
        #expect(reader.settings.map(\.path) == ["port"])
        #expect(reader.problems().count == 1)
    }

    @Test func `a name in the wrong section is found where it belongs`() throws {
        let file = ConfigurationValue.object(["port": .integer(1)])
        let reader = ConfigurationReader(ConfigurationSources(file: ("a.json5", file)))
        _ = reader.root.section("ingress").integer("port", default: 1)
        #expect(
            reader.problems().map(\.description) == [
                "port (a.json5): no such setting, did you mean ingress.port?"
            ])
    }

    @Test func `a setting that an earlier version had is no problem, and told if it is given`() {
        let file = ConfigurationValue.object(["old": .integer(1), "older": .integer(1)])
        let reader = ConfigurationReader(
            ConfigurationSources(
                file: ("a.json5", file), environment: ["HOOKLINE_OLDEST": "x"],
                flags: [ConfigurationFlag(option: "--set", path: "old", text: "2")]))
        for key in ["old", "oldest", "unused"] { reader.root.ignore(key, because: "it has gone") }
        #expect(
            reader.notices == [
                "old (--set) is ignored: it has gone; remove the setting",
                "oldest (HOOKLINE_OLDEST) is ignored: it has gone; remove the setting",
            ])
        #expect(
            reader.problems().map(\.description) == [
                "older (a.json5): no such setting"
            ])
        #expect(reader.settings.isEmpty)
    }

    @Test func `a variable that is not about settings is passed over`() {
        let environment = ["HOOKLINE_CONFIG": "x", "PATH": "y"]
        #expect(
            ConfigurationReader(ConfigurationSources(environment: environment)).problems().isEmpty)
    }
}
