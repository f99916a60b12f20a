import Configuration
import Testing

private enum Colour: String, CaseIterable { case red, green }

private func reader(
    _ file: String = "{}", _ environment: [String: String] = [:],
    _ flags: [ConfigurationFlag] = []
) throws -> ConfigurationReader {
    let value = try ConfigurationValue(json5: Array(file.utf8))
    return ConfigurationReader(
        ConfigurationSources(file: ("test.json5", value), environment: environment, flags: flags) {
            $0 == "/secret" ? Array("hush\n".utf8) : nil
        })
}

private func set(_ path: String, _ text: String) -> ConfigurationFlag {
    ConfigurationFlag(option: "--set", path: path, text: text)
}

struct ConfigurationSectionTests {
    @Test func `each kind of value is read from the file`() throws {
        let reader = try reader(
            """
            { // a comment
              a: { port: 0x50, ratio: 0.5, on: true, name: 'x', list: ["p", "q"], colour: "green", },
            }
            """)
        let section = reader.root.section("a")
        #expect(section.integer("port", default: 1, range: 0...100) == 80)
        #expect(section.number("ratio", default: 1, range: 0...1) == 0.5)
        #expect(section.boolean("on", default: false))
        #expect(section.string("name", default: "") == "x")
        #expect(section.strings("list", default: []) == ["p", "q"])
        #expect(section.choice("colour", default: Colour.red) == .green)
        #expect(section.optionalString("nothing") == nil)
        #expect(reader.problems().isEmpty)
    }

    @Test func `the command line counts before the environment, and that before the file`() throws {
        let reader = try reader(
            "{ ingress: { port: 1, host: \"f\", path: \"f\" } }",
            ["HOOKLINE_INGRESS_PORT": "2", "HOOKLINE_INGRESS_HOST": "e", "PATH": "/bin"],
            [set("ingress.port", "3"), set("ingress.port", "4")])
        let section = reader.root.section("ingress")
        #expect(section.integer("port", default: 0) == 4)
        #expect(section.string("host", default: "") == "e")
        #expect(section.string("path", default: "") == "f")
        #expect(section.string("other", default: "d") == "d")
        #expect(reader.problems().isEmpty)
        #expect(
            reader.settings.map(\.origin) == [
                .flag("--set"), .environment("HOOKLINE_INGRESS_HOST"), .file("test.json5"),
                .standard,
            ])
    }

    @Test func `every problem is told at once, with path, value, place and what is allowed`() throws
    {
        let reader = try reader(
            "{ a: { port: 70000, on: \"yes\", colour: \"blue\", prot: 1 }, b: 3, topcs: {} }",
            ["HOOKLINE_A_NAMES": "x", "HOOKLINE_A_COUNT": "many"], [set("a.prt", "1")])
        let section = reader.root.section("a")
        #expect(section.integer("port", default: 80, range: 0...65_535) == 80)
        #expect(!section.boolean("on", default: false))
        #expect(section.choice("colour", default: Colour.red) == .red)
        #expect(section.integer("count", default: 5) == 5)
        _ = section.string("name", default: "")
        _ = reader.root.section("b").integer("c", default: 1)
        _ = reader.root.section("topics")
        #expect(
            reader.problems().map(\.description) == [
                "a.port is 70000 (test.json5): must be a whole number from 0 to 65535",
                "a.on is \"yes\" (test.json5): must be true or false",
                "a.colour is \"blue\" (test.json5): must be \"red\" or \"green\"",
                "a.count is \"many\" (HOOKLINE_A_COUNT): must be a whole number at least 0",
                "b is 3 (test.json5): must be an object: { ... }",
                "a.prot (test.json5): no such setting, did you mean a.port?",
                "topcs (test.json5): no such setting, did you mean topics?",
                "HOOKLINE_A_NAMES: no such setting, did you mean HOOKLINE_A_NAME?",
                "a.prt (--set): no such setting, did you mean a.port?",
            ])
    }

    @Test func `a setting without a name is told`() throws {
        let reader = try reader("{ \"\": 1, a: { '': 2 } }")
        _ = reader.root.section("a")
        #expect(
            reader.problems().map { $0.description.prefix { $0 != "(" } } == [
                "\"\" ", "a.\"\" ",
            ])
    }

    @Test func `a list of sections is read one by one`() throws {
        let reader = try reader("{ keys: [{ name: \"a\" }, { nam: \"b\" }, 3] }")
        let names = reader.root.sections("keys").map { $0.string("name", default: "-") }
        #expect(names == ["a", "-", "-"])
        #expect(
            reader.problems().map(\.description) == [
                "keys[2] is 3 (test.json5): must be an object: { ... }",
                "keys[1].nam (test.json5): no such setting, did you mean keys[1].name?",
            ])
    }

    @Test func `free names become text, secrets come from files, and none is shown`() throws {
        let reader = try reader(
            """
            { kafka: { properties: { "linger.ms": 5, "enable.x": true,
              "sasl.password": { file: "/secret" }, "ssl.key": { file: "/none" } } } }
            """, [:], [set("kafka.properties.security.protocol", "SSL")])
        let properties = reader.root.section("kafka").dictionary("properties")
        #expect(
            properties == [
                "linger.ms": "5", "enable.x": "true", "sasl.password": "hush",
                "security.protocol": "SSL",
            ])
        #expect(
            reader.problems().map(\.description) == [
                "kafka.properties.ssl.key is \"/none\" (test.json5): must be a file that can be read"
            ])
        let shown = try #require(reader.settings.first?.value.description)
        #expect(shown.contains("\"sasl.password\": \"***\""))
        #expect(!shown.contains("hush"))
    }

    @Test func `free names come from the environment too`() throws {
        let reader = try reader("{}", ["HOOKLINE_KAFKA_PROPERTIES": "a.b=1, c=d=e"])
        #expect(
            reader.root.section("kafka").dictionary("properties") == ["a.b": "1", "c": "d=e"])
        #expect(reader.problems().isEmpty)
    }

    @Test func `the environment takes an object as the file does`() throws {
        let text = """
             { "sasl.password": { file: "/secret" }, "a": "1,2=3" }
            """
        let reader = try reader("{}", ["HOOKLINE_KAFKA_PROPERTIES": text])
        #expect(
            reader.root.section("kafka").dictionary("properties")
                == ["sasl.password": "hush", "a": "1,2=3"])
        #expect(reader.problems().isEmpty)
    }

    @Test(arguments: ["sasl.password=x,y-secret", "{ \"sasl.password\": \"y-secret\""])
    func `a malformed list of free names is refused without its values`(text: String) throws {
        let reader = try reader("{}", ["HOOKLINE_KAFKA_PROPERTIES": text])
        #expect(reader.root.section("kafka").dictionary("properties").isEmpty)
        let problem = try #require(reader.problems().first?.description)
        #expect(problem.hasPrefix("kafka.properties is *** (HOOKLINE_KAFKA_PROPERTIES): must be "))
        #expect(!problem.contains("y-secret"))
    }

    @Test func `a secret is not told in a problem`() throws {
        let reader = try reader("{ key: 12 }")
        #expect(reader.root.secret("key") == nil)
        #expect(reader.problems().map(\.description) == ["key is *** (test.json5): must be text"])
    }

    @Test func `null means the default`() throws {
        let reader = try reader("{ a: null, b: null, c: null }")
        #expect(reader.root.integer("a", default: 3) == 3)
        #expect(reader.root.section("b").string("x", default: "y") == "y")
        #expect(reader.root.sections("c").isEmpty)
        #expect(reader.problems().isEmpty)
    }

    @Test func `a part can report what only it sees`() throws {
        let reader = try reader("{ low: 5 }")
        _ = reader.root.integer("low", default: 1)
        reader.root.report("low", value: "5", allowed: "below high (3)")
        #expect(
            reader.problems().map(\.description) == [
                "low is 5 (test.json5): must be below high (3)"
            ])
    }
}
