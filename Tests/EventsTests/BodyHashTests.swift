import Events
import Testing

@Suite struct BodyHashTests {
    /// As `xxhsum -H2` prints them: what is on disk depends on these staying so.
    @Test(arguments: [
        ("", "99aa06d3014798d86001c324468d497f"),
        ("hookline", "12ebe438e443be1ee891ecc59b74c4b7"),
        (String(repeating: "0123456789", count: 100), "c9df19c4eccbf540dbdf770360da5ac5"),
    ])
    func `hashes are those of the reference program`(_ text: String, _ hash: String) {
        #expect(BodyHash(hashing: Array(text.utf8).span).description == hash)
    }

    @Test func `bytes give the hash back, in the order of the hashes`() {
        let hashes = (0..<100).map { BodyHash(hashing: [UInt8($0)].span) }.sorted()
        for (left, right) in zip(hashes, hashes.dropFirst()) {
            #expect(left.bytes.lexicographicallyPrecedes(right.bytes))
            #expect(BodyHash(bytes: left.bytes.span) == left)
        }
    }
}
