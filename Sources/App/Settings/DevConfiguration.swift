import Configuration

/// The settings of section `dev`, which only `hookline dev` uses.
struct DevConfiguration: Sendable {
    /// The address that dev's listeners bind; default 127.0.0.1.
    var host = "127.0.0.1"

    /// Reads the section.
    init(_ section: ConfigurationSection) {
        host = section.string("host", default: host)
    }
}
