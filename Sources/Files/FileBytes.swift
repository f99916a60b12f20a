/// Integers and pieces of bytes in the layout of a file: little-endian, at any address.
extension Span<UInt8> {
    /// The integer at this offset.
    @inlinable
    package func integer<Number: FixedWidthInteger & BitwiseCopyable>(
        at offset: Int, as type: Number.Type = Number.self
    ) -> Number {
        precondition(
            offset >= 0 && offset <= count - MemoryLayout<Number>.size, "an integer beyond the end")
        return unsafe withUnsafeBytes {
            unsafe Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: type))
        }
    }

    /// A copy of these bytes.
    package func array(_ range: Range<Int>) -> [UInt8] {
        unsafe extracting(range).withUnsafeBufferPointer { unsafe Array($0) }
    }

    /// These bytes as text; what is not UTF-8 becomes U+FFFD.
    package func text(_ range: Range<Int>) -> String {
        unsafe extracting(range).withUnsafeBufferPointer {
            unsafe String(decoding: $0, as: UTF8.self)
        }
    }

    /// Whether every byte is 0.
    package var isZero: Bool {
        unsafe withUnsafeBytes { bytes in
            var offset = 0
            while offset + 8 <= bytes.count {
                if unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) != 0 {
                    return false
                }
                offset += 8
            }
            return unsafe bytes[offset...].allSatisfy { $0 == 0 }
        }
    }
}

extension [UInt8] {
    /// Puts the integer at this offset.
    @inlinable
    package mutating func store<Number: FixedWidthInteger & BitwiseCopyable>(
        _ number: Number, at offset: Int
    ) {
        precondition(
            offset >= 0 && offset <= count - MemoryLayout<Number>.size, "an integer beyond the end")
        unsafe withUnsafeMutableBytes {
            unsafe $0.storeBytes(of: number.littleEndian, toByteOffset: offset, as: Number.self)
        }
    }

    /// Adds a copy of these bytes.
    package mutating func add(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }

    /// Adds so many zeros.
    package mutating func addZeros(_ count: Int) {
        append(contentsOf: repeatElement(0, count: count))
    }
}

extension [UInt64] {
    /// Lends the words as they lie in memory, for a file: little-endian on every machine we know.
    package func withBytes<R, E: Error>(
        _ body: (Span<UInt8>) throws(E) -> R
    ) throws(E) -> R {
        let bytes = unsafe span.bytes
        return unsafe try bytes.withUnsafeBytes { raw throws(E) in
            unsafe try body(Span(_unsafeBytes: raw))
        }
    }
}
