/// The order in which a section looks for a setting: command line, environment, file.
extension ConfigurationSection {
    /// A setting as it was given: text if it came from outside the file.
    enum Given {
        case value(ConfigurationValue, ConfigurationOrigin)
        case text(String, ConfigurationOrigin)

        var origin: ConfigurationOrigin {
            switch self {
            case .value(_, let origin), .text(_, let origin): origin
            }
        }

        var written: String {
            switch self {
            case .value(let value, _): value.description
            case .text(let text, _): ConfigurationValue.string(text).description
            }
        }
    }

    /// Settings with free names, such as librdkafka's; texts, numbers and booleans become text.
    ///
    /// A value `{ file: "/run/secrets/name" }` is read from that file, without the newline at its
    /// end. The environment takes `name=value,name=value`, or an object as the file has it; the
    /// command line takes `key.name=value`.
    package func dictionary(_ key: String) -> [String: String] {
        let path = path(of: key)
        reader.noteDictionary(path)
        var origin = ConfigurationOrigin.standard
        var entries: [String: String] = [:]
        if let given = given(key) {
            origin = given.origin
            entries = dictionary(of: given, at: path)
        }
        for flag in reader.sources.flags where flag.path.hasPrefix(path + ".") {
            origin = .flag(flag.option)
            entries[String(flag.path.dropFirst(path.count + 1))] = flag.text
        }
        let shown = entries.map { name, value in
            (name, ConfigurationValue.string(Self.isSecret(name) ? "***" : value))
        }
        note(path, .object(Dictionary(uniqueKeysWithValues: shown)), origin, standard: .object([:]))
        return entries
    }

    /// Parses one setting; reports an invalid value and returns the default instead.
    func read<T>(
        _ key: String, default standard: T, allowed: String, isSecret: Bool = false,
        _ parse: (Given) -> T?, written: (T) -> ConfigurationValue
    ) -> T {
        let path = path(of: key)
        guard let given = given(key) else {
            note(path, written(standard), .standard, standard: written(standard))
            return standard
        }
        let value = parse(given)
        if value == nil {
            let shown = isSecret ? "***" : given.written
            reader.report(
                ConfigurationProblem(
                    path: path, value: shown, origin: given.origin, allowed: allowed))
        }
        let counting = isSecret && value != nil ? .string("***") : written(value ?? standard)
        note(path, counting, given.origin, standard: written(standard))
        return value ?? standard
    }

    func path(of key: String) -> String {
        path.isEmpty ? key : "\(path).\(key)"
    }

    func given(_ key: String) -> Given? {
        let path = path(of: key)
        let sources = reader.sources
        if let flag = sources.flags.last(where: { $0.path == path }) {
            return .text(flag.text, .flag(flag.option))
        }
        let variable = ConfigurationSources.variable(for: path)
        if let text = sources.environment[variable] {
            return .text(text, .environment(variable))
        }
        guard let value = members[key], value != .null else { return nil }
        return .value(value, .file(sources.file?.path ?? ""))
    }

    static func text(_ given: Given) -> String? {
        switch given {
        case .value(.string(let text), _), .text(let text, _): text
        default: nil
        }
    }

    static func trimmed(_ text: String) -> String {
        let start = text.drop { $0.isWhitespace }
        let end = start.lastIndex { !$0.isWhitespace }
        return end.map { String(start[...$0]) } ?? ""
    }

    private func note(
        _ path: String, _ value: ConfigurationValue, _ origin: ConfigurationOrigin,
        standard: ConfigurationValue
    ) {
        reader.note(
            ConfigurationReader.Setting(
                path: path, value: value, origin: origin, standard: standard))
    }

    private func dictionary(of given: Given, at path: String) -> [String: String] {
        switch given {
        case .value(.object(let members), let origin):
            var entries: [String: String] = [:]
            for (name, value) in members {
                entries[name] = entry(value, at: "\(path).\(name)", origin)
            }
            return entries
        case .text(let text, let origin):
            if text.first(where: { !$0.isWhitespace }) == "{" {
                guard let value = try? ConfigurationValue(json5: Array(text.utf8)) else {
                    // Any of its values may be a secret, so none is shown.
                    report(path, "***", origin, "valid JSON5, such as { name: \"value\" }")
                    return [:]
                }
                return dictionary(of: .value(value, origin), at: path)
            }
            let pairs = text.split(separator: ",").map { $0.split(separator: "=", maxSplits: 1) }
            guard pairs.allSatisfy({ $0.count == 2 }) else {
                report(path, "***", origin, "name=value,name=value or { name: \"value\" }")
                return [:]
            }
            let entries = pairs.map { (Self.trimmed(String($0[0])), Self.trimmed(String($0[1]))) }
            return Dictionary(entries) { $1 }
        case .value(let value, let origin):
            report(path, value.description, origin, "an object: { name: \"value\" }")
            return [:]
        }
    }

    private func entry(
        _ value: ConfigurationValue, at path: String, _ origin: ConfigurationOrigin
    ) -> String? {
        switch value {
        case .null: return nil
        case .string(let text): return text
        case .boolean, .integer, .number: return value.description
        case .object(let members):
            guard case .string(let file) = members["file"], members.count == 1 else { break }
            guard let bytes = reader.sources.readFile(file) else {
                report(path, "\"\(file)\"", origin, "a file that can be read")
                return nil
            }
            return Self.trimmed(String(decoding: bytes, as: UTF8.self))
        case .array: break
        }
        // It may hold a secret.
        report(path, "***", origin, "text, a number, or { file: \"path\" }")
        return nil
    }

    func report(
        _ path: String, _ value: String, _ origin: ConfigurationOrigin?, _ allowed: String
    ) {
        reader.report(
            ConfigurationProblem(path: path, value: value, origin: origin, allowed: allowed))
    }

    /// Whether librdkafka expects a secret under this name.
    private static func isSecret(_ name: String) -> Bool {
        ["password", "secret", "jaas", "token", "key.pem"].contains { name.contains($0) }
    }
}
