/// One thing that is wrong with the configuration, and what would be right.
package struct ConfigurationProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The setting's path: `ingress.port`; empty where it is about the whole.
    package let path: String
    /// What stands there; nil where the setting is unknown or missing.
    package let value: String?
    /// Where it stands; nil where nobody set it.
    package let origin: ConfigurationOrigin?
    /// What is wrong with it, or what would be right: `must be true or false`.
    package let complaint: String

    /// A problem with a setting's value; `allowed` ends the sentence "must be ...".
    package init(path: String, value: String?, origin: ConfigurationOrigin?, allowed: String) {
        self.init(path: path, value: value, origin: origin, complaint: "must be " + allowed)
    }

    /// A problem that says for itself what is wrong.
    package init(path: String, value: String?, origin: ConfigurationOrigin?, complaint: String) {
        self.path = path
        self.value = value
        self.origin = origin
        self.complaint = complaint
    }

    /// One line: path, value, origin, what is wrong.
    package var description: String {
        let shown = value.map { " is \($0)" } ?? ""
        let place = origin.map { $0 == .standard ? "" : " (\($0))" } ?? ""
        return "\(path)\(shown)\(place): \(complaint)"
    }
}
