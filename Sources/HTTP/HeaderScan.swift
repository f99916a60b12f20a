/// One pass over the headers as they came: where those we know lie, and what is wrong with any.
///
/// The memory is libmicrohttpd's and stays until the request is completed.
@safe struct HeaderScan {
    /// A value without the white space after it.
    @safe struct Value {
        let start: UnsafePointer<UInt8>?
        let count: Int
    }

    private(set) var hasBadName = false
    /// Whether the lines do not follow one another with CR LF between: a bare LF, a NUL that ended
    /// a value early, a folded line, or a line without a name, which the library takes for the end.
    private(set) var hasGap = false
    private var lineEnd: UnsafePointer<UInt8>?
    private(set) var hasBadValue = false
    private var seen: UInt16 = 0
    private var repeated: UInt16 = 0
    private var values = InlineArray<10, Value>(repeating: unsafe Value(start: nil, count: 0))

    /// A scan that begins at the end of the request line; nil where gaps cannot be seen.
    init(after requestLine: UnsafePointer<UInt8>?) {
        unsafe lineEnd = unsafe requestLine
    }

    /// Takes the end of the head, behind the empty line.
    mutating func end(at end: UnsafePointer<UInt8>) {
        if let lineEnd = unsafe lineEnd, unsafe end != lineEnd + 4 { hasGap = true }
    }

    /// Takes the next header.
    mutating func add(name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>) {
        if let end = unsafe lineEnd {
            if unsafe name.baseAddress != end + 2 { hasGap = true }
            unsafe lineEnd = value.baseAddress.map { unsafe $0 + value.count } ?? end
        }
        if unsafe !isToken(name) { hasBadName = true }
        if unsafe hasControl(value) { hasBadValue = true }
        guard let header = unsafe HTTPHeader(name: name) else { return }
        let bit: UInt16 = 1 << header.rawValue
        if seen & bit != 0 { repeated |= bit }
        seen |= bit
        // libmicrohttpd compares a transfer encoding with the white space after it, so we do too.
        values[header.rawValue] =
            unsafe header == .transferEncoding
            ? Value(start: value.baseAddress, count: value.count) : trimmed(value)
    }

    func has(_ header: HTTPHeader) -> Bool {
        seen & (1 << header.rawValue) != 0
    }

    func isRepeated(_ header: HTTPHeader) -> Bool {
        repeated & (1 << header.rawValue) != 0
    }

    /// Lends the value, the last one where it is repeated; nil where there is none.
    func withValue<R, E: Error>(
        of header: HTTPHeader, _ body: (Span<UInt8>?) throws(E) -> R
    ) throws(E) -> R {
        let value = values[header.rawValue]
        guard let start = unsafe value.start else { return try body(nil) }
        return try body(unsafe Span(_unsafeStart: start, count: value.count))
    }

    private func trimmed(_ value: UnsafeBufferPointer<UInt8>) -> Value {
        var count = value.count
        while count > 0, unsafe value[count - 1] == 0x20 || value[count - 1] == 0x09 { count -= 1 }
        return unsafe Value(start: value.baseAddress, count: count)
    }
}

/// Whether these are the characters of a header's name (RFC 9110, `token`), and one at least.
///
/// A name that ends in a space, and the rest of most folded lines, is none.
private func isToken(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
    // A bit for each of !#$%&'*+-.^_`|~, the digits and the letters.
    let low: UInt64 = 0x03FF_6CFA_0000_0000
    let high: UInt64 = 0x57FF_FFFF_C7FF_FFFE
    guard !name.isEmpty else { return false }
    for index in name.indices {
        let byte = unsafe name[index]
        let set = byte < 64 ? low : high
        guard byte < 128, set >> UInt64(byte & 63) & 1 == 1 else { return false }
    }
    return true
}

/// Whether there is a control character but a tab: a bare CR, a NUL in front, DEL.
private func hasControl(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
    // Without a way out of the loop, so that it is done sixteen bytes at a time.
    var found = false
    for index in value.indices {
        let byte = unsafe value[index]
        found = found || (byte < 0x20 && byte != 0x09) || byte == 0x7F
    }
    return found
}
