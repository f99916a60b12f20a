import Glibc

/// The one question that tells whether a Kafka serves clients, asked without a client library.
enum KafkaQuestion {
    /// Metadata v0 of all topics: length 16, key 3, version 0, correlation 1, client id, count 0.
    private static let request: [UInt8] =
        [0, 0, 0, 16, 0, 3, 0, 0, 0, 0, 0, 1, 0, 2] + Array("hi".utf8) + [0, 0, 0, 0]

    /// Whether the node at the port of the loopback answers and knows at least one broker.
    static func hasBroker(port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { _ = close(descriptor) }
        var limit = timeval(tv_sec: 2, tv_usec: 0)
        _ = unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        guard isConnected(descriptor, to: port) else { return false }
        guard
            unsafe send(descriptor, request, request.count, Int32(MSG_NOSIGNAL))
                == request.count
        else { return false }
        // Length, correlation, number of brokers: four bytes each.
        var answer = [UInt8](repeating: 0, count: 12)
        let count = answer.count
        guard unsafe recv(descriptor, &answer, count, Int32(MSG_WAITALL)) == count else {
            return false
        }
        return answer[4..<8].elementsEqual([0, 0, 0, 1]) && answer[8..<12].contains { $0 > 0 }
    }

    private static func isConnected(_ descriptor: Int32, to port: Int) -> Bool {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr = in_addr(s_addr: UInt32(INADDR_LOOPBACK).bigEndian)
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe connect(
                    descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
