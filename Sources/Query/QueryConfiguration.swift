package import Configuration
package import HTTP

/// The settings of the query API: section `query`.
package struct QueryConfiguration: Sendable {
    /// Whether `consume` answers questions; default yes.
    package var enabled = true
    /// The address to listen on; default 127.0.0.1, and another than loopback asks for keys.
    package var host = "127.0.0.1"
    /// The port, 0 to 65,535; default 8081.
    package var port = 8081
    /// Threads that serve connections, 1 to 16.
    package var threads = 1
    /// Threads that answer from the state, 2 to 16; one of them is kept from lists.
    package var readers = 2
    /// Connections open at once, 1 to 100,000; those above get 503.
    package var connections = 1024
    /// Of them from one address, 1 to 100,000.
    package var connectionsPerAddress = 512
    /// The file with the read keys, a line `name: key` each.
    package var keysFile: String?
    /// The read keys themselves, `name: key`, separated by commas; for the environment.
    package var keys: String?
    /// Milliseconds from one look at the keys to the next, 100 to 3,600,000.
    package var keysReloadMilliseconds = 5_000
    /// Events that are fetched from Kafka for one answer about the past at most, 1 to 1,000,000.
    package var pastEvents = 10_000
    /// Milliseconds that such an answer may take, 100 to 60,000.
    package var pastMilliseconds = 5_000

    /// The defaults.
    package init() {}

    /// Reads the section.
    package init(_ section: ConfigurationSection) {
        enabled = section.boolean("enabled", default: enabled)
        host = section.string("host", default: host)
        port = section.integer("port", default: port, range: 0...65_535)
        threads = section.integer("threads", default: threads, range: 1...16)
        readers = section.integer("readers", default: readers, range: 2...16)
        connections = section.integer("connections", default: connections, range: 1...100_000)
        connectionsPerAddress = section.integer(
            "connectionsPerAddress", default: connectionsPerAddress, range: 1...100_000)
        keysFile = section.optionalString("keysFile", allowed: "the path of a file")
        keys = section.secret("keys")
        keysReloadMilliseconds = section.integer(
            "keysReloadMilliseconds", default: keysReloadMilliseconds, range: 100...3_600_000)
        pastEvents = section.integer("pastEvents", default: pastEvents, range: 1...1_000_000)
        pastMilliseconds = section.integer(
            "pastMilliseconds", default: pastMilliseconds, range: 100...60_000)
        if keysFile != nil, keys != nil {
            section.report("keysFile", value: keysFile ?? "", allowed: "left out beside keys")
        }
    }

    /// Whether nobody may ask without a key: always where keys are set, and beyond loopback.
    package var needsKey: Bool {
        keysFile != nil || keys != nil || !listener.isLoopback
    }

    /// The listener; no request to it has a body.
    package var listener: HTTPServerConfiguration {
        var listener = HTTPServerConfiguration()
        listener.host = host
        listener.port = port
        listener.threads = threads
        listener.connections = connections
        listener.connectionsPerAddress = connectionsPerAddress
        listener.bodyMemoryBytes = 1 << 20
        listener.discardBytes = 1 << 20
        // An answer about the past has its own deadline, which must end it first.
        listener.answerMilliseconds = pastMilliseconds + 5_000
        return listener
    }
}
