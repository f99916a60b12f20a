import Configuration
import Testing

@testable import App

struct SettingsPrinterTests {
    private let printer = SettingsPrinter(settings: [
        .init(path: "a.port", value: .integer(1), origin: .standard, standard: .null),
        .init(
            path: "a.b.names", value: .array([.string("x")]), origin: .flag("--set"),
            standard: .null),
        .init(path: "a.key", value: .string("***"), origin: .file("f"), standard: .null),
    ])

    @Test func `what is printed is a configuration file with the origins beside`() throws {
        let text = printer.json5(Paint(isOn: false))
        #expect(
            text == """
                {
                  a: {
                    port: 1,     // default
                    b: {
                      names: ["x"],  // --set
                    },
                    key: "***",  // f
                  },
                }

                """)
        _ = try ConfigurationValue(json5: Array(text.utf8))
    }

    @Test func `for scripts it is one object by path`() {
        #expect(
            printer.json() == """
                {"a.port":{"value":1,"origin":"default"},\
                "a.b.names":{"value":["x"],"origin":"--set"},\
                "a.key":{"value":"***","origin":"f"}}

                """)
    }
}
