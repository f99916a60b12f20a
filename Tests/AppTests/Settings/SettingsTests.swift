import Configuration
import Support
import Testing

@testable import App

struct SettingsTests {
    @Test func `the shipped file names every setting, each at its default`() throws {
        let file = try SourceTree.file("config/hookline.json5")
        let value = try ConfigurationValue(json5: Array(file.text.utf8))
        let reader = ConfigurationReader(ConfigurationSources(file: (file.path, value)))
        _ = Settings(reader.root)
        #expect(reader.problems().isEmpty)
        for setting in reader.settings {
            #expect(!setting.isChanged, "\(setting.path)")
            #expect(Self.names(setting.path, in: value), "\(setting.path) is missing")
        }
    }

    @Test func `every line of a setting has its comment above`() throws {
        let lines = try SourceTree.file("config/hookline.json5").text.split(separator: "\n")
        for (above, line) in zip(lines, lines.dropFirst()) {
            let text = line.drop { $0 == " " }
            guard text.first?.isLetter == true else { continue }
            #expect(above.drop { $0 == " " }.hasPrefix("//"), "\(line)")
        }
    }

    private static func names(_ path: String, in value: ConfigurationValue) -> Bool {
        var value = value
        for name in path.split(separator: ".") {
            guard case .object(let members) = value, let member = members[String(name)] else {
                return false
            }
            value = member
        }
        return true
    }
}
