internal import Glibc

/// Why a listener could not start.
package enum HTTPServerError: Error, CustomStringConvertible {
    /// This is no address to listen on.
    case address(host: String, port: Int)
    /// The system refused it.
    case listen(host: String, port: Int, call: String, code: Int32)
    /// The library's threads could not start.
    case daemon(code: Int32)

    /// What happened, to what, and what to do.
    package var description: String {
        switch self {
        case .address(let host, let port):
            "cannot listen on \(host) port \(port): give an IPv4 or IPv6 address, not a name, "
                + "and a port from 0 to 65535"
        case .listen(let host, let port, let call, let code):
            "cannot listen on \(host) port \(port): \(call): \(text(code))\(advice(code))"
        case .daemon(let code):
            "the HTTP server did not start: \(text(code)); look at the limits on threads and files"
        }
    }

    private func text(_ code: Int32) -> String {
        unsafe String(cString: strerror(code))
    }

    private func advice(_ code: Int32) -> String {
        switch code {
        case EADDRINUSE: "; another process listens there, end it or choose another port"
        case EACCES: "; ports below 1024 need a privilege, choose a higher one"
        case EADDRNOTAVAIL: "; this machine does not have that address"
        default: ""
        }
    }
}
