internal import CXXHash

/// The XXH3-128 hash of a body, without a seed: the same on every machine and in every run.
package struct BodyHash: Hashable, Sendable {
    /// The upper eight bytes.
    package let high: UInt64

    /// The lower eight bytes.
    package let low: UInt64

    /// Makes the hash from its two halves.
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Hashes `body`.
    package init(hashing body: Span<UInt8>) {
        let hash = unsafe body.withUnsafeBufferPointer { buffer in
            unsafe XXH3_128bits(buffer.baseAddress, buffer.count)
        }
        self.init(high: hash.high64, low: hash.low64)
    }

    /// Takes 16 bytes, big-endian, that start at `offset`.
    package init(bytes: Span<UInt8>, at offset: Int = 0) {
        self.init(
            high: BigEndian.read(UInt64.self, bytes, at: offset),
            low: BigEndian.read(UInt64.self, bytes, at: offset + 8))
    }

    /// The 16 bytes, big-endian (the canonical form of xxHash).
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        BigEndian.append(high, to: &bytes)
        BigEndian.append(low, to: &bytes)
        return bytes
    }
}

extension BodyHash: Comparable {
    /// Orders by the 16 bytes.
    package static func < (left: Self, right: Self) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension BodyHash: CustomStringConvertible {
    /// The 32 hexadecimal digits, as `xxhsum -H2` prints them.
    package var description: String {
        [high, low].map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
