internal import Glibc

/// A socket that listens, made here so that what stands in the way has a name.
struct ListenSocket: ~Copyable {
    let descriptor: Int32
    /// The port, also where any free one was asked for.
    let port: Int

    init(host: String, port: Int) throws(HTTPServerError) {
        guard let shortPort = UInt16(exactly: port),
            var address = SocketAddress(host: host, port: shortPort)
        else { throw .address(host: host, port: port) }
        let made = socket(
            address.family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard made >= 0 else {
            throw .listen(host: host, port: port, call: "socket", code: errno)
        }
        if let failed = Self.listen(on: made, at: &address) {
            let code = errno
            Glibc.close(made)
            throw .listen(host: host, port: port, call: failed, code: code)
        }
        descriptor = made
        self.port = address.boundPort(made)
    }

    /// The call that failed, with its errno, or nil.
    private static func listen(on descriptor: Int32, at address: inout SocketAddress) -> String? {
        var yes: Int32 = 1
        // A restart must not wait for the old connections' TIME_WAIT.
        _ = unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        if address.family == AF_INET6 {
            // `::` takes IPv4 too, whatever the machine's default is.
            var no: Int32 = 0
            _ = unsafe setsockopt(
                descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &no,
                socklen_t(MemoryLayout<Int32>.size))
        }
        if !address.bind(descriptor) { return "bind" }
        return Glibc.listen(descriptor, backlog) == 0 ? nil : "listen"
    }

    /// Connections that may wait to be accepted; the kernel's own bound is often lower.
    private static let backlog: Int32 = 4096

    /// Refuses new connections from here on; the library closes the socket when it stops.
    ///
    /// Instead of `MHD_quiesce_daemon`, which takes the socket out of the threads' epoll sets while
    /// they do the same: whoever comes second finds it gone, and the library (0.9.75) then ends the
    /// process. So the socket stays in them, and its threads do not sleep until `stop`.
    consuming func refuse() {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }
}

/// An address and a port, in the form of the system.
private struct SocketAddress {
    let family: Int32
    private var storage = sockaddr_storage()
    private var length: socklen_t

    init?(host: String, port: UInt16) {
        var four = sockaddr_in()
        var six = sockaddr_in6()
        if unsafe inet_pton(AF_INET, host, &four.sin_addr) == 1 {
            four.sin_family = sa_family_t(AF_INET)
            four.sin_port = port.bigEndian
            family = AF_INET
            length = socklen_t(MemoryLayout<sockaddr_in>.size)
            unsafe withUnsafeMutableBytes(of: &storage) { bytes in
                unsafe bytes.storeBytes(of: four, as: sockaddr_in.self)
            }
        } else if unsafe inet_pton(AF_INET6, host, &six.sin6_addr) == 1 {
            six.sin6_family = sa_family_t(AF_INET6)
            six.sin6_port = port.bigEndian
            family = AF_INET6
            length = socklen_t(MemoryLayout<sockaddr_in6>.size)
            unsafe withUnsafeMutableBytes(of: &storage) { bytes in
                unsafe bytes.storeBytes(of: six, as: sockaddr_in6.self)
            }
        } else {
            return nil
        }
    }

    mutating func bind(_ descriptor: Int32) -> Bool {
        let length = length
        return unsafe withGeneric { unsafe Glibc.bind(descriptor, $0, length) } == 0
    }

    mutating func boundPort(_ descriptor: Int32) -> Int {
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        _ = unsafe withGeneric { unsafe getsockname(descriptor, $0, &length) }
        // The port lies at the same place in both families.
        return unsafe withUnsafeBytes(of: &storage) { bytes in
            unsafe Int(UInt16(bigEndian: bytes.load(fromByteOffset: 2, as: UInt16.self)))
        }
    }

    private mutating func withGeneric(_ body: (UnsafeMutablePointer<sockaddr>) -> Int32) -> Int32 {
        unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0) }
        }
    }
}
