import HTTP

extension HTTPServerConfiguration {
    /// The URL at which this process reaches the listener: numeric, because an image may have no
    /// `/etc/hosts`.
    func ownURL(port: Int? = nil) -> String {
        let host =
            switch host {
            case "0.0.0.0": "127.0.0.1"
            case "::": "::1"
            default: host
            }
        return Self.url(host, port ?? self.port)
    }

    /// The URL to print for a person: a wildcard address becomes `localhost`, which also reaches
    /// a port that a container publishes.
    func shownURL(port: Int) -> String {
        Self.url(["0.0.0.0", "::"].contains(host) ? "localhost" : host, port)
    }

    private static func url(_ host: String, _ port: Int) -> String {
        "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }
}
