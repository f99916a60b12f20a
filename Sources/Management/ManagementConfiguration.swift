package import Configuration
package import HTTP

extension HTTPServerConfiguration {
    /// The listener for those who run the process: few connections, one thread.
    package static var management: HTTPServerConfiguration {
        var configuration = HTTPServerConfiguration()
        configuration.port = 9464
        configuration.threads = 1
        configuration.connections = 128
        configuration.connectionsPerAddress = 128
        configuration.bodyMemoryBytes = 1 << 20
        configuration.discardBytes = 1 << 20
        return configuration
    }

    /// Reads the section `management`.
    package static func management(_ section: ConfigurationSection) -> HTTPServerConfiguration {
        var configuration = management
        configuration.host = section.string("host", default: configuration.host)
        configuration.port = section.integer(
            "port", default: configuration.port, range: 0...65_535)
        return configuration
    }
}
