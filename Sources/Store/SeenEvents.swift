/// The events of one entity: for each the lower eight bytes of its body's hash and its row in the
/// history, in the order of arrival.
///
/// Kept as it is stored: 16 bytes each, little-endian.
struct SeenEvents {
    /// More than this, and the list moves to the table `older`: an entity's row stays small.
    static let limit = 128

    private static let entryBytes = 16

    private(set) var bytes: [UInt8]

    init() {
        bytes = []
    }

    /// Takes the stored form; nil where it is cut.
    init?(_ bytes: [UInt8]) {
        guard bytes.count.isMultiple(of: Self.entryBytes) else { return nil }
        self.bytes = bytes
    }

    var count: Int { bytes.count / Self.entryBytes }

    var isFull: Bool { count >= Self.limit }

    /// The events in order.
    var entries: [(fingerprint: UInt64, history: Int64)] {
        (0..<count).map { (fingerprint($0), history($0)) }
    }

    mutating func add(_ fingerprint: UInt64, history: Int64) {
        append(fingerprint)
        append(UInt64(bitPattern: history))
    }

    mutating func removeAll() {
        bytes.removeAll()
    }

    /// The history row of the first event from this place on that has the fingerprint.
    func find(_ fingerprint: UInt64, from place: Int) -> (place: Int, history: Int64)? {
        for index in place..<max(place, count) where self.fingerprint(index) == fingerprint {
            return (index, history(index))
        }
        return nil
    }

    private func fingerprint(_ index: Int) -> UInt64 { read(at: index * Self.entryBytes) }

    private func history(_ index: Int) -> Int64 {
        Int64(bitPattern: read(at: index * Self.entryBytes + 8))
    }

    private func read(at start: Int) -> UInt64 {
        var number: UInt64 = 0
        for index in 0..<8 { number |= UInt64(bytes[start + index]) << (8 * index) }
        return number
    }

    private mutating func append(_ number: UInt64) {
        for index in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: number >> (8 * index))) }
    }
}
