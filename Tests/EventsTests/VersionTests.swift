import Events
import Testing

@Suite struct VersionTests {
    @Test func `each part counts where those before are equal`() {
        var sorted: [Version] = []
        for second: Int64 in [-5, 0, 5] {
            for updated in [nil, -1, 0, 7] as [Int64?] {
                for rank: UInt8 in [10, 20, 255] {
                    for id in 0..<3 {
                        for hash in 0..<2 {
                            sorted.append(version(second, updated, rank, id, hash))
                        }
                    }
                }
            }
        }
        #expect(sorted.reversed().sorted() == sorted)
        for (left, right) in zip(sorted, sorted.dropFirst()) {
            #expect(left < right)
            #expect(!(right < left))
        }
    }

    @Test func `bytes compare as versions do, and give them back`() {
        var all: [Version] = []
        for second: Int64 in [.min, -62_167_219_200, -1, 0, 1, 253_402_300_799, .max] {
            for nanosecond: Int32 in [0, 1, 999_999_999] {
                for updated in [nil, .min, 0, .max] as [Int64?] {
                    all.append(version(second, updated, 20, 1, 1, nanosecond))
                }
            }
        }
        for left in all {
            #expect(left.encoded.count == Version.encodedCount)
            #expect(Version(encoded: left.encoded.span) == left)
            #expect(Version(encoded: ([9, 9] + left.encoded).span, at: 2) == left)
            for right in all {
                #expect(
                    (left < right) == left.encoded.lexicographicallyPrecedes(right.encoded))
            }
        }
    }

    @Test func `what is no encoded version is refused`() {
        let bytes = version(0, nil, 0, 0, 0).encoded
        for length in 0..<bytes.count {
            #expect(Version(encoded: Array(bytes[..<length]).span) == nil)
        }
        #expect(Version(encoded: bytes.span, at: 1) == nil)
        #expect(Version(encoded: bytes.span, at: -1) == nil)
        var wrong = bytes
        wrong[12] = 2
        #expect(Version(encoded: wrong.span) == nil)
        wrong = bytes
        wrong[8] = 0xFF
        #expect(Version(encoded: wrong.span) == nil)
    }

    private func version(
        _ second: Int64, _ updated: Int64?, _ rank: UInt8, _ id: Int, _ hash: Int,
        _ nanosecond: Int32 = 0
    ) -> Version {
        Version(
            occurredAt: Timestamp(seconds: second, nanoseconds: nanosecond),
            updatedAt: updated.map { Timestamp(seconds: $0) }, rank: rank,
            eventID: EventID(high: UInt64(id / 2), low: UInt64(id)),
            bodyHash: BodyHash(high: 0, low: UInt64(hash)))
    }
}
