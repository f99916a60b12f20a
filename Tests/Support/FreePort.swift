import Glibc

/// Ports of the loopback that nobody listens on.
package enum FreePort {
    /// Below those that the kernel gives to clients: a client that tries a port of its own range
    /// while nobody listens there may be given that very port, and then talks with itself.
    private static let range = 15_000..<32_000

    /// As many different ports as asked for, free at the moment of asking.
    ///
    /// Only for programs that cannot be told to take any port (0) and say which: between the answer
    /// and their bind another process may come first.
    package static func some(_ count: Int) throws -> [Int] {
        var sockets: [Int32] = []
        defer { for descriptor in sockets { _ = close(descriptor) } }
        var ports: [Int] = []
        for _ in 0..<count {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            guard descriptor >= 0 else { throw SystemFailure("open a socket") }
            sockets.append(descriptor)
            ports.append(try bindToSome(descriptor))
        }
        return ports
    }

    /// One port, free at the moment of asking.
    package static func one() throws -> Int {
        try some(1)[0]
    }

    private static func bindToSome(_ descriptor: Int32) throws -> Int {
        for _ in 0..<1_000 {
            let port = Int.random(in: range)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(port).bigEndian
            address.sin_addr = in_addr(s_addr: UInt32(INADDR_LOOPBACK).bigEndian)
            let length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let result = unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                    unsafe bind(descriptor, generic, length)
                }
            }
            if result == 0 { return port }
            guard errno == EADDRINUSE else { break }
        }
        throw SystemFailure("bind to a free port")
    }
}
