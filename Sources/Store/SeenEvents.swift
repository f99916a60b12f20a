/// The events of one entity: for each the lower eight bytes of its body's hash and its row in the
/// history, in the order of arrival.
///
/// Encoded as 16 bytes each, little-endian.
struct SeenEvents {
    /// More than this, and the list moves to the table `older`: an entity's row stays small.
    static let limit = 128

    private(set) var entries: [(fingerprint: UInt64, history: Int64)] = []

    init() {}

    /// Reads the encoded form; nil where it is cut.
    init?(encoded bytes: Span<UInt8>) {
        guard bytes.count.isMultiple(of: 16) else { return nil }
        entries.reserveCapacity(bytes.count / 16 + 1)
        for start in stride(from: 0, to: bytes.count, by: 16) {
            let history = Int64(bitPattern: Self.read(bytes, at: start + 8))
            entries.append((Self.read(bytes, at: start), history))
        }
    }

    var isFull: Bool { entries.count >= Self.limit }

    mutating func add(_ fingerprint: UInt64, history: Int64) {
        entries.append((fingerprint, history))
    }

    mutating func removeAll() {
        entries.removeAll()
    }

    /// Adds the encoded form.
    func encode(to bytes: inout [UInt8]) {
        for entry in entries {
            Self.append(entry.fingerprint, to: &bytes)
            Self.append(UInt64(bitPattern: entry.history), to: &bytes)
        }
    }

    private static func read(_ bytes: Span<UInt8>, at start: Int) -> UInt64 {
        var number: UInt64 = 0
        for index in 0..<8 { number |= UInt64(bytes[start + index]) << (8 * index) }
        return number
    }

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        for index in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: number >> (8 * index))) }
    }
}
