/// One thing that is wrong with the configuration, and what would be right.
package struct ConfigurationProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The setting's path: `ingress.port`; empty where it is about the whole.
    package let path: String
    /// What stands there; nil where the setting is unknown or missing.
    package let value: String?
    /// Where it stands; nil where nobody set it.
    package let origin: ConfigurationOrigin?
    /// What is allowed there, as the end of "must be ...", or a sentence of its own.
    package let allowed: String

    /// A problem with a setting's value.
    package init(path: String, value: String?, origin: ConfigurationOrigin?, allowed: String) {
        self.path = path
        self.value = value
        self.origin = origin
        self.allowed = allowed
    }

    /// One line: path, value, origin, what is allowed.
    package var description: String {
        let place = origin.map { $0 == .standard ? "" : " (\($0))" } ?? ""
        guard let value else { return "\(path)\(place): \(allowed)" }
        return "\(path) is \(value)\(place): must be \(allowed)"
    }
}
