/// Bytes followed by 64 readable zeros, as simdjson wants them: it reads in blocks beyond the end.
///
/// A body is collected in one of these from the socket on, so that no scan copies it.
package struct PaddedBytes: Sendable {
    /// How many readable bytes follow the last one (`SIMDJSON_PADDING` is 64 at most).
    package static let padding = 64

    private static let zeros = [UInt8](repeating: 0, count: padding)

    private var storage: [UInt8]

    /// The number of bytes, without the padding.
    package private(set) var count: Int

    /// Makes an empty value that takes `capacity` bytes without growing.
    package init(capacity: Int = 0) {
        storage = []
        storage.reserveCapacity(capacity + Self.padding)
        storage.append(contentsOf: Self.zeros)
        count = 0
    }

    /// Makes a padded copy of `bytes`.
    package init(_ bytes: [UInt8]) {
        self.init(capacity: bytes.count)
        append(bytes.span)
    }

    /// Makes a padded copy of `bytes`.
    package init(copying bytes: Span<UInt8>) {
        self.init(capacity: bytes.count)
        append(bytes)
    }

    /// Makes a padded copy of the UTF-8 of `text`.
    package init(_ text: String) {
        self.init(Array(text.utf8))
    }

    /// Whether there are no bytes.
    package var isEmpty: Bool { count == 0 }

    /// The bytes without the padding, as a copy.
    package var bytes: [UInt8] { Array(storage[..<count]) }

    /// Adds `bytes` at the end.
    package mutating func append(_ bytes: Span<UInt8>) {
        storage.removeLast(Self.padding)
        storage.append(copying: bytes)
        storage.append(contentsOf: Self.zeros)
        count += bytes.count
    }

    /// Puts a copy of `bytes` in place of what is there, in the same memory.
    package mutating func replace(with bytes: Span<UInt8>) {
        storage.removeAll(keepingCapacity: true)
        storage.append(copying: bytes)
        storage.append(contentsOf: Self.zeros)
        count = bytes.count
    }

    /// Lends the bytes, without the padding.
    package func withSpan<R: ~Copyable, E: Error>(
        _ body: (Span<UInt8>) throws(E) -> R
    ) throws(E) -> R {
        try body(storage.span.extracting(first: count))
    }

    /// Lends the bytes to C, which may read `padding` bytes beyond them.
    func withPointer<R, E: Error>(
        _ body: (UnsafePointer<UInt8>) throws(E) -> R
    ) throws(E) -> R {
        try unsafe storage.withUnsafeBufferPointer { buffer throws(E) in
            // Never nil: the padding is always there.
            guard let start = buffer.baseAddress else { preconditionFailure("no padding") }
            return try unsafe body(start)
        }
    }
}

extension PaddedBytes: Equatable {
    /// Whether both hold the same bytes.
    package static func == (left: Self, right: Self) -> Bool {
        left.count == right.count && left.storage == right.storage
    }
}
