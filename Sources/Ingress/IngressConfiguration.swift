package import Configuration
package import HTTP

/// The settings of ingress: section `ingress`, with those of its listener.
package struct IngressConfiguration: Sendable {
    /// Where it listens, and the bounds on connections.
    package var listener = HTTPServerConfiguration()
    /// The path that webhooks are posted to; it starts with `/`.
    package var path = "/webhooks/telness"
    /// Bytes of a body at most, 1 KiB to 16 MiB.
    package var bodyBytes = 1 << 20
    /// Hours that an event may have occurred ahead of now, 0 to 8,760; beyond, quarantine.
    package var futureHours = 24.0
    /// The file with the API keys, a line `name: key` each.
    package var keysFile: String?
    /// The API keys themselves, `name: key`, separated by commas; for the environment.
    package var keys: String?
    /// Milliseconds from one look at the keys to the next, 100 to 3,600,000.
    package var keysReloadMilliseconds = 5_000

    /// The defaults.
    package init() {}

    /// Reads the section.
    package init(_ section: ConfigurationSection) {
        listener = HTTPServerConfiguration(section)
        path = section.string("path", default: path, allowed: "a path that starts with /") {
            $0.hasPrefix("/") && !$0.contains { $0 == "?" || $0 == "#" || $0.isWhitespace }
        }
        bodyBytes = section.integer("bodyBytes", default: bodyBytes, range: 1 << 10...16 << 20)
        futureHours = section.number("futureHours", default: futureHours, range: 0...8_760)
        keysFile = section.optionalString("keysFile", allowed: "the path of a file")
        keys = section.secret("keys")
        keysReloadMilliseconds = section.integer(
            "keysReloadMilliseconds", default: keysReloadMilliseconds, range: 100...3_600_000)
        if keysFile != nil, keys != nil {
            section.report("keysFile", value: keysFile ?? "", allowed: "left out beside keys")
        }
    }
}
