import Glibc

/// A TCP connection to the loopback on which a test writes whatever bytes it likes.
///
/// It is for one thread at a time, and closed with the last reference to it.
package final class RawConnection {
    private var descriptor: Int32
    private var received: [UInt8] = []

    /// Connects to the port.
    package init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw SystemFailure("open a socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr = in_addr(s_addr: UInt32(INADDR_LOOPBACK).bigEndian)
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe connect(descriptor, generic, length)
            }
        }
        guard result == 0 else { throw SystemFailure("connect to port \(port)") }
    }

    deinit {
        close()
    }

    /// Closes the connection.
    package func close() {
        guard descriptor >= 0 else { return }
        Glibc.close(descriptor)
        descriptor = -1
    }

    /// Writes the bytes; false where the other side has closed or cut the connection.
    @discardableResult
    package func send(_ bytes: [UInt8]) -> Bool {
        var start = 0
        while start < bytes.count {
            let written = unsafe bytes.withUnsafeBytes { bytes in
                unsafe Glibc.send(
                    descriptor, bytes.baseAddress?.advanced(by: start), bytes.count - start,
                    Int32(MSG_NOSIGNAL))
            }
            guard written > 0 else { return false }
            start += written
        }
        return true
    }

    /// Writes the text.
    @discardableResult
    package func send(_ text: String) -> Bool {
        send(Array(text.utf8))
    }

    /// Says that nothing more will be written.
    package func endSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Makes the close a reset, as of a client that crashed.
    package func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        _ = unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// Reads the next answer with its body, which Content-Length must bound.
    package func response(upTo limit: Duration = .seconds(10)) throws -> RawResponse {
        let deadline = ContinuousClock.now + limit
        while true {
            if let (response, length) = RawResponse.first(in: received) {
                received.removeFirst(length)
                return response
            }
            guard try receive(until: deadline) else {
                throw TimedOut(
                    description: "closed after \"\(String(decoding: received, as: UTF8.self))\"")
            }
        }
    }

    /// Waits until the other side closes, and gives what came before that and was not read.
    @discardableResult
    package func readToEnd(upTo limit: Duration = .seconds(10)) throws -> String {
        let deadline = ContinuousClock.now + limit
        while try receive(until: deadline) {}
        defer { received.removeAll() }
        return String(decoding: received, as: UTF8.self)
    }

    /// Reads what comes next; false at the end, also where it is a reset.
    private func receive(until deadline: ContinuousClock.Instant) throws -> Bool {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let left = deadline - .now
        let milliseconds = Int32(max(0, left / .milliseconds(1)))
        guard unsafe poll(&waiting, 1, milliseconds) > 0 else {
            throw TimedOut(
                description: "nothing more after \"\(String(decoding: received, as: UTF8.self))\"")
        }
        let piece = 1 << 16
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: piece) { buffer, count in
            unsafe count = max(0, recv(descriptor, buffer.baseAddress, piece, 0))
        }
        received += bytes
        return !bytes.isEmpty
    }
}

/// An answer as it came.
package struct RawResponse {
    /// The status code.
    package let status: Int
    /// The headers in order, names in lower case.
    package let headers: [(name: String, value: String)]
    /// The body.
    package let body: String

    /// An answer as it would come; the names of headers in lower case.
    package init(status: Int, headers: [(name: String, value: String)], body: String) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first value of a header; its name is given in lower case.
    package subscript(_ name: String) -> String? {
        headers.first { $0.name == name }?.value
    }

    /// The first whole answer in the bytes, and its length.
    static func first(in bytes: [UInt8]) -> (RawResponse, Int)? {
        let separator = Array("\r\n\r\n".utf8)
        guard bytes.count >= separator.count,
            let end = (0...(bytes.count - separator.count)).first(where: { start in
                separator.indices.allSatisfy { bytes[start + $0] == separator[$0] }
            })
        else { return nil }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).components
        guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        let headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            let value = parts.count > 1 ? parts[1].drop { $0 == " " } : ""
            return (name: parts[0].lowercased(), value: String(value))
        }
        let length = headers.first { $0.name == "content-length" }.flatMap { Int($0.value) } ?? 0
        let start = end + separator.count
        guard bytes.count >= start + length else { return nil }
        // 100 Continue has no body and no length: the answer proper comes after it.
        let body = String(decoding: bytes[start..<(start + length)], as: UTF8.self)
        return (RawResponse(status: status, headers: headers, body: body), start + length)
    }
}

extension String {
    fileprivate var components: [String] {
        var lines: [String] = []
        for line in split(separator: "\r\n", omittingEmptySubsequences: true) {
            lines.append(String(line))
        }
        return lines
    }
}
