internal import Glibc

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
    /// The order of the bytes: negative where this comes before `other`, 0 where both are the same.
    package func compare(with other: Span<UInt8>) -> Int {
        let common = Swift.min(count, other.count)
        let difference = unsafe withUnsafeBufferPointer { left in
            unsafe other.withUnsafeBufferPointer { right in
                // What is empty may have no address.
                guard let start = left.baseAddress, let other = right.baseAddress else { return 0 }
                return unsafe Int(memcmp(start, other, common))
            }
        }
        return difference != 0 ? difference : count - other.count
    }

    /// Whether both hold the same bytes.
    package func elementsEqual(_ other: Span<UInt8>) -> Bool {
        count == other.count && compare(with: other) == 0
    }

    /// Whether it holds the same bytes as `other`.
    package func elementsEqual(_ other: [UInt8]) -> Bool {
        elementsEqual(other.span)
    }
}
