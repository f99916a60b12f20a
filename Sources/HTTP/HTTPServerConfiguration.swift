package import Configuration

/// Where a listener listens, and its bounds.
package struct HTTPServerConfiguration: Sendable {
    /// The address to listen on, IPv4 or IPv6; `::` takes both.
    package var host = "0.0.0.0"
    /// The port; 0 takes any that is free, and the server says which.
    package var port = 8080
    /// Threads that serve connections, 1 to 16.
    package var threads = 2
    /// Connections open at once; those above are answered with 503 and closed.
    package var connections = 4096
    /// Connections open at once from one address (of IPv6: one /64); above likewise.
    package var connectionsPerAddress = 2048
    /// Bytes of bodies in memory at once, over all connections; above, 503.
    package var bodyMemoryBytes = 64 << 20
    /// Bytes of a refused body that are read and thrown away, so that the refusal arrives.
    package var discardBytes = 8 << 20
    /// From the last answer, or the start, to the next request line.
    package var idleMilliseconds = 60_000
    /// From the request line to the last header.
    package var headerMilliseconds = 10_000
    /// From the last header to the end of the body.
    package var bodyMilliseconds = 30_000
    /// From the end of the body to the answer; then 503.
    package var answerMilliseconds = 10_000

    /// The defaults.
    package init() {}

    /// Whether only this machine can reach it.
    package var isLoopback: Bool { host == "::1" || host.hasPrefix("127.") }

    var limits: ConnectionLimits {
        ConnectionLimits(
            idle: UInt64(idleMilliseconds), header: UInt64(headerMilliseconds),
            body: UInt64(bodyMilliseconds), waiting: UInt64(answerMilliseconds))
    }
}

extension HTTPServerConfiguration {
    /// Reads a listener's section; `port` and `host` are the defaults of this listener.
    package init(_ section: ConfigurationSection, host: String = "0.0.0.0", port: Int = 8080) {
        self.init()
        let hour = 3_600_000
        self.host = section.string("host", default: host)
        self.port = section.integer("port", default: port, range: 0...65_535)
        threads = section.integer("threads", default: threads, range: 1...16)
        connections = section.integer("connections", default: connections, range: 1...100_000)
        connectionsPerAddress = section.integer(
            "connectionsPerAddress", default: connectionsPerAddress, range: 1...100_000)
        bodyMemoryBytes = section.integer(
            "bodyMemoryBytes", default: bodyMemoryBytes, range: 1 << 20...1 << 40)
        discardBytes = section.integer(
            "discardBytes", default: discardBytes, range: 0...1 << 40)
        idleMilliseconds = section.integer(
            "idleMilliseconds", default: idleMilliseconds, range: 100...hour)
        headerMilliseconds = section.integer(
            "headerMilliseconds", default: headerMilliseconds, range: 100...hour)
        bodyMilliseconds = section.integer(
            "bodyMilliseconds", default: bodyMilliseconds, range: 100...hour)
        answerMilliseconds = section.integer(
            "answerMilliseconds", default: answerMilliseconds, range: 100...hour)
    }
}
