/// Where a setting comes from.
package enum ConfigurationOrigin: Sendable, Equatable, CustomStringConvertible {
    /// Nobody set it.
    case standard
    /// The file at this path.
    case file(String)
    /// The environment variable of this name.
    case environment(String)
    /// The option of this name on the command line.
    case flag(String)

    /// As `config print` and messages name it.
    package var description: String {
        switch self {
        case .standard: "default"
        case .file(let path): path
        case .environment(let name): name
        case .flag(let name): name
        }
    }
}

/// A setting given on the command line.
package struct ConfigurationFlag: Sendable, Equatable {
    /// The option as it was typed: `--port`, `--set`.
    package let option: String
    /// The setting's path: `ingress.port`.
    package let path: String
    /// What was given.
    package let text: String

    /// A setting given by this option.
    package init(option: String, path: String, text: String) {
        self.option = option
        self.path = path
        self.text = text
    }
}

/// All that can set something: a file, over it the environment, over it the command line.
package struct ConfigurationSources: Sendable {
    /// Variables of the environment that begin like settings and are none.
    package static let reservedVariables = ["HOOKLINE_API_KEY", "HOOKLINE_CONFIG"]

    let file: (path: String, value: ConfigurationValue)?
    let environment: [String: String]
    let flags: [ConfigurationFlag]
    let readFile: @Sendable (String) -> [UInt8]?

    /// These sources; of the environment only what begins with `HOOKLINE_` counts.
    ///
    /// `readFile` gives a file's bytes for settings that name one; nil where it cannot be read.
    package init(
        file: (path: String, value: ConfigurationValue)? = nil,
        environment: [String: String] = [:], flags: [ConfigurationFlag] = [],
        readFile: @escaping @Sendable (String) -> [UInt8]? = { _ in nil }
    ) {
        self.file = file
        self.environment = environment.filter {
            $0.key.hasPrefix("HOOKLINE_") && !Self.reservedVariables.contains($0.key)
        }
        self.flags = flags
        self.readFile = readFile
    }

    /// The environment variable of a setting: `ingress.bodyLimitBytes` is
    /// `HOOKLINE_INGRESS_BODY_LIMIT_BYTES`.
    package static func variable(for path: String) -> String {
        var name = "HOOKLINE_"
        var last: Character = "_"
        for character in path {
            let isBoundary = character.isUppercase && !last.isUppercase && last != "_"
            if isBoundary { name.append("_") }
            last = character.isLetter || character.isNumber ? character : "_"
            name += last.uppercased()
        }
        return name
    }
}
