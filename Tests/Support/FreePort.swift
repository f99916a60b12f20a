import Glibc

/// Ports of the loopback that nobody listens on.
package enum FreePort {
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
            ports.append(try bindToAny(descriptor))
        }
        return ports
    }

    /// One port, free at the moment of asking.
    package static func one() throws -> Int {
        try some(1)[0]
    }

    private static func bindToAny(_ descriptor: Int32) throws -> Int {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr = in_addr(s_addr: UInt32(INADDR_LOOPBACK).bigEndian)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe bind(descriptor, generic, length) == 0
                    ? getsockname(descriptor, generic, &length) : -1
            }
        }
        guard result == 0 else { throw SystemFailure("bind to a free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
