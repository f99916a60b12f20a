extension [UInt8] {
    /// Makes a copy of `span`.
    package init(copying span: Span<UInt8>) {
        self = unsafe span.withUnsafeBufferPointer { unsafe Array($0) }
    }

    /// Adds a copy of `span` at the end.
    package mutating func append(copying span: Span<UInt8>) {
        unsafe span.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}

extension String {
    /// Makes a string of UTF-8 bytes; what is not UTF-8 becomes U+FFFD.
    package init(utf8 span: Span<UInt8>) {
        self = unsafe span.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
}

extension Span<UInt8> {
    /// Whether both hold the same bytes.
    package func elementsEqual(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }

    /// Whether it holds the same bytes as `other`.
    package func elementsEqual(_ other: [UInt8]) -> Bool {
        elementsEqual(other.span)
    }
}
