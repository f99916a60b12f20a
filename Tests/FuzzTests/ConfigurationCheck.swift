@testable import App
@testable import Configuration
@testable import JSON

/// A configuration file, as text, as a tree of values, and as the settings of all parts.
enum ConfigurationCheck {
    static func run(_ bytes: [UInt8]) throws {
        let value: ConfigurationValue
        do {
            value = try ConfigurationValue(json5: bytes)
        } catch {
            return try checkFault(error, bytes)
        }
        try same(ConfigurationValue(json5: bytes).json, value.json, "the file, read twice")
        try hold(
            (try? JSONGrammar.depth(of: Array(value.json.utf8).span)) != nil,
            "no JSON: \(value.json)")
        try same(
            ConfigurationValue(json5: Array(value.description.utf8)).description,
            value.description, "the values, printed and read")
        try checkSettings(value)
    }

    /// The fault lies in the file.
    private static func checkFault(_ error: ConfigurationFileError, _ bytes: [UInt8]) throws {
        let (line, column, complaint) =
            switch error {
            case .notJSON5(let line, let column, let complaint): (line, column, complaint)
            }
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        try hold((1...lines.count).contains(line), "line \(line) of \(lines.count)")
        let length = String(decoding: lines[line - 1], as: UTF8.self).count
        try hold((1...length + 1).contains(column), "column \(column) of \(length)")
        try hold(!complaint.isEmpty, "a fault without a complaint")
    }

    private static func checkSettings(_ value: ConfigurationValue) throws {
        let reader = reader(value)
        _ = Settings(reader.root)
        let problems = reader.problems()
        for problem in problems {
            try hold(!problem.path.isEmpty, "a problem without a place: \(problem)")
            try hold(!problem.complaint.isEmpty, "a problem without a complaint: \(problem)")
        }
        let again = Self.reader(value)
        _ = Settings(again.root)
        try same(again.problems(), problems, "what is wrong, asked twice")
        guard problems.isEmpty else { return }
        let text = SettingsPrinter(settings: reader.settings).json5(Paint(isOn: false))
        let printed = Self.reader(try ConfigurationValue(json5: Array(text.utf8)))
        _ = Settings(printed.root)
        try same(printed.problems().map(\.description), [], "what is printed is refused")
        for (one, other) in zip(reader.settings, printed.settings) {
            try same(other.path, one.path, "the settings, printed and read")
            try same(other.value, one.value, "\(one.path), printed and read")
        }
    }

    /// No file that the settings name is looked at: the machine's own may be anything.
    private static func reader(_ value: ConfigurationValue) -> ConfigurationReader {
        var value = value
        if case .object(var members) = value {
            members["catalogue"] = nil
            value = .object(members)
        }
        return ConfigurationReader(
            ConfigurationSources(file: ("hookline.json5", value), environment: [:]))
    }
}
