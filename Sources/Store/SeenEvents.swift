/// The events of one entity: for each the lower eight bytes of its body's hash and its row in the
/// history, in the order of arrival.
///
/// Stored as 16 bytes each, little-endian.
struct SeenEvents {
    /// With so many the list moves to the table `older`: an entity's row stays small.
    static let limit = 128

    private static let entryBytes = 16

    /// Fingerprint and history row in turn.
    private var words: [UInt64] = []

    init() {}

    /// Takes the stored form; nil where it is cut.
    init?(_ bytes: [UInt8]) {
        guard bytes.count.isMultiple(of: Self.entryBytes) else { return nil }
        words.reserveCapacity(bytes.count / 8)
        for start in stride(from: 0, to: bytes.count, by: 8) {
            var word: UInt64 = 0
            for index in 0..<8 { word |= UInt64(bytes[start + index]) << (8 * index) }
            words.append(word)
        }
    }

    /// The stored form.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(words.count * 8)
        for word in words {
            for index in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> (8 * index))) }
        }
        return bytes
    }

    /// Bytes of the stored form.
    var size: Int { words.count * 8 }

    var count: Int { words.count / 2 }

    var isFull: Bool { count >= Self.limit }

    /// The events in order.
    var entries: [(fingerprint: UInt64, history: Int64)] {
        (0..<count).map { (words[2 * $0], Int64(bitPattern: words[2 * $0 + 1])) }
    }

    mutating func add(_ fingerprint: UInt64, history: Int64) {
        words.append(fingerprint)
        words.append(UInt64(bitPattern: history))
    }

    mutating func removeAll() {
        words.removeAll(keepingCapacity: true)
    }

    /// The history row of the first event from this place on that has the fingerprint.
    func find(_ fingerprint: UInt64, from place: Int) -> (place: Int, history: Int64)? {
        for index in place..<max(place, count) where words[2 * index] == fingerprint {
            return (index, Int64(bitPattern: words[2 * index + 1]))
        }
        return nil
    }
}
