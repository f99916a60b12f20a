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

    @Test func `a variable that is not about settings is passed over`() {
        let environment = ["HOOKLINE_CONFIG": "x", "PATH": "y"]
        #expect(
            ConfigurationReader(ConfigurationSources(environment: environment)).problems().isEmpty)
    }
}
