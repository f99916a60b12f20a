internal import CMicrohttpd
internal import Glibc

/// The head of a request, lent to its handler: nothing of it can be kept but as a copy.
@safe package struct HTTPRequestHead: ~Copyable {
    // The strings are libmicrohttpd's; they stay until the request is completed, and this value,
    // which is not copied, stays inside the exchange that ends before that.
    private let connection: OpaquePointer
    private let target: UnsafePointer<UInt8>
    private let targetCount: Int
    let scan: HeaderScan

    /// The method.
    package let method: HTTPMethod
    /// Whether the client speaks HTTP/1.0.
    package let isHTTP10: Bool
    /// The body's length where it was said: nil with a chunked body, and where there is none.
    package let contentLength: Int?

    init(
        _ connection: OpaquePointer, target: UnsafePointer<CChar>, method: UnsafePointer<CChar>,
        version: UnsafePointer<CChar>
    ) {
        let start = unsafe afterAuthority(target)
        unsafe self.connection = unsafe connection
        unsafe self.target = unsafe UnsafeRawPointer(start).assumingMemoryBound(to: UInt8.self)
        targetCount = unsafe strlen(start)
        unsafe self.method = HTTPMethod(method)
        isHTTP10 = unsafe strcmp(version, MHD_HTTP_VERSION_1_0) == 0
        scan = unsafe scanHeaders(of: connection, method, version)
        contentLength = scan.withValue(of: .contentLength) { value in
            guard let value else { return nil }
            return number(value)
        }
    }

    /// The path as it came: escapes are not resolved, a query is not part of it.
    package var path: String {
        unsafe String(
            decoding: UnsafeBufferPointer(start: target, count: targetCount), as: UTF8.self)
    }

    /// Whether this is the path, byte for byte.
    package func isAt(_ path: [UInt8]) -> Bool {
        guard path.count == targetCount else { return false }
        return unsafe memcmp(path, target, targetCount) == 0
    }

    /// Whether a header of this name came.
    package func has(_ header: HTTPHeader) -> Bool {
        scan.has(header)
    }

    /// Lends a header's value without the white space around it; nil where there is none.
    package func withValue<R, E: Error>(
        of header: HTTPHeader, _ body: (Span<UInt8>?) throws(E) -> R
    ) throws(E) -> R {
        try scan.withValue(of: header, body)
    }

    /// A header's value as text; what is not UTF-8 is replaced.
    package func text(of header: HTTPHeader) -> String? {
        scan.withValue(of: header) { value in
            guard let value else { return nil }
            return unsafe value.withUnsafeBufferPointer { bytes in
                unsafe String(decoding: bytes, as: UTF8.self)
            }
        }
    }

    /// The value of a query parameter, its escapes resolved; nil where there is none.
    package func query(_ name: String) -> String? {
        let value = unsafe MHD_lookup_connection_value(connection, .GET_ARGUMENT_KIND, name)
        guard let value = unsafe value else { return nil }
        return unsafe unescaped(bytes(value, strlen(value)))
    }

    /// The query's parameters in their order, escapes resolved; one without a value has an empty one.
    package var parameters: [(name: String, value: String)] {
        var found: [(name: String, value: String)] = []
        unsafe withUnsafeMutablePointer(to: &found) { found in
            _ = unsafe MHD_get_connection_values_n(
                connection, .GET_ARGUMENT_KIND,
                { context, _, name, nameCount, value, valueCount in
                    let found = unsafe context?.assumingMemoryBound(
                        to: [(name: String, value: String)].self)
                    unsafe found?.pointee.append(
                        (unescaped(bytes(name, nameCount)), unescaped(bytes(value, valueCount))))
                    return .YES
                }, found)
        }
        return found
    }

    /// The address that the request came from, which may be a proxy's.
    package var remoteAddress: String {
        unsafe PeerAddress(hookline_connection_address(connection)).description
    }

    /// Whether a body follows.
    var hasBody: Bool {
        scan.has(.transferEncoding) || (contentLength ?? 0) > 0
    }

    /// Whether the client waits for a word before it sends the body.
    var waitsForContinue: Bool {
        !isHTTP10 && scan.says("100-continue", in: .expect)
    }
}

/// The target without `http://host`, which a client may send too (RFC 9112, section 3.2.2).
private func afterAuthority(_ target: UnsafePointer<CChar>) -> UnsafePointer<CChar> {
    for scheme in ["http://", "https://"]
    where unsafe strncasecmp(target, scheme, scheme.utf8.count) == 0 {
        let authority = unsafe target + scheme.utf8.count
        return unsafe authority + strcspn(authority, "/")
    }
    return unsafe target
}

/// The method lies where the head begins, the version at the end of its first line.
private func scanHeaders(
    of connection: OpaquePointer, _ method: UnsafePointer<CChar>, _ version: UnsafePointer<CChar>
) -> HeaderScan {
    let isLenient = hookline_is_lenient() != 0
    let lineEnd = unsafe UnsafeRawPointer(version + strlen(version))
    var scan = unsafe HeaderScan(
        after: isLenient ? lineEnd.assumingMemoryBound(to: UInt8.self) : nil)
    unsafe withUnsafeMutablePointer(to: &scan) { scan in
        _ = unsafe MHD_get_connection_values_n(
            connection, .HEADER_KIND,
            { context, _, name, nameCount, value, valueCount in
                let scan = unsafe context?.assumingMemoryBound(to: HeaderScan.self)
                unsafe scan?.pointee.add(
                    name: bytes(name, nameCount), value: bytes(value, valueCount))
                return .YES
            }, scan)
    }
    let start = unsafe UnsafeRawPointer(method).assumingMemoryBound(to: UInt8.self)
    unsafe scan.end(at: start + hookline_head_size(connection))
    return scan
}

private func bytes(_ start: UnsafePointer<CChar>?, _ count: Int) -> UnsafeBufferPointer<UInt8> {
    let start = unsafe UnsafeRawPointer(start)?.assumingMemoryBound(to: UInt8.self)
    return unsafe UnsafeBufferPointer(start: start, count: start == nil ? 0 : count)
}

/// The digits as a number, the greatest one where it is greater.
private func number(_ digits: Span<UInt8>) -> Int? {
    var number = 0
    for index in digits.indices {
        guard case 0x30...0x39 = digits[index] else { return nil }
        let (product, isOver) = number.multipliedReportingOverflow(by: 10)
        let (sum, isOverNow) = product.addingReportingOverflow(Int(digits[index]) - 0x30)
        number = isOver || isOverNow ? .max : sum
        if number == .max { return number }
    }
    return digits.isEmpty ? nil : number
}

extension HeaderScan {
    /// Whether the header has this value (in lower case letters), in any case.
    func says(_ text: StaticString, in header: HTTPHeader) -> Bool {
        withValue(of: header) { value in
            guard let value else { return false }
            return equals(value, text)
        }
    }
}

private func equals(_ value: Span<UInt8>, _ text: StaticString) -> Bool {
    guard value.count == text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { text in
        for index in value.indices {
            let byte = value[index]
            let lower = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
            guard unsafe lower == text[index] else { return false }
        }
        return true
    }
}

/// Resolves `%41`; what is no escape stays as it is.
private func unescaped(_ text: UnsafeBufferPointer<UInt8>) -> String {
    var bytes: [UInt8] = []
    var index = 0
    while index < text.count {
        if unsafe text[index] == UInt8(ascii: "%"), index + 2 < text.count,
            let high = unsafe hexadecimal(text[index + 1]),
            let low = unsafe hexadecimal(text[index + 2])
        {
            bytes.append(high << 4 | low)
            index += 3
        } else {
            unsafe bytes.append(text[index])
            index += 1
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}

private func hexadecimal(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x41...0x46: digit - 0x41 + 10
    case 0x61...0x66: digit - 0x61 + 10
    default: nil
    }
}
