internal import Events
internal import Files

/// What makes two webhooks the same: type and eventId, or the body where there is no id.
///
/// Computed before the journal's lock is taken. Every part is the same on every machine and in
/// every run, since checkpoints hold it.
struct DedupKey: Equatable {
    /// XXH3-128 of type and eventId, or of the body.
    let high: UInt64
    let low: UInt64
    /// The upper eight bytes of the body's hash.
    let body: UInt64
    /// 60 bits of the eventId alone, or of the body.
    let id: UInt64

    static let idBits: UInt64 = 60

    init(high: UInt64, low: UInt64, body: UInt64, id: UInt64) {
        self.high = high
        self.low = low
        self.body = body
        self.id = id & (1 << Self.idBits - 1)
    }

    /// The key of an entry.
    init(_ entry: JournalEntry) {
        let type = entry.type ?? ""
        let bytes = type.utf8Span
        self.init(type: bytes.span, eventID: entry.eventID, bodyHash: entry.bodyHash)
    }

    /// The key of these parts; a type that could not be read is empty.
    init(type: Span<UInt8>, eventID: EventID?, bodyHash: BodyHash) {
        guard let eventID else {
            self.init(
                high: bodyHash.high, low: bodyHash.low, body: bodyHash.high, id: bodyHash.low)
            return
        }
        // The id's bytes, then the type's: of both a hash of the whole and one of the id alone.
        let hashes =
            type.count <= Self.typeBytes
            ? Self.hashes(type, eventID) : Self.hashes(long: type, eventID)
        self.init(
            high: hashes.whole.high, low: hashes.whole.low, body: bodyHash.high,
            id: hashes.id.low)
    }

    private static let typeBytes = 128

    /// Without an allocation, for any usable type.
    private static func hashes(
        _ type: Span<UInt8>, _ id: EventID
    ) -> (whole: BodyHash, id: BodyHash) {
        var bytes = [144 of UInt8](repeating: 0)
        for index in 0..<8 {
            let shift = UInt64(56 - 8 * index)
            bytes[index] = UInt8(truncatingIfNeeded: id.high >> shift)
            bytes[8 + index] = UInt8(truncatingIfNeeded: id.low >> shift)
        }
        for index in 0..<type.count { bytes[16 + index] = type[index] }
        return (
            BodyHash(hashing: bytes.span.extracting(0..<16 + type.count)),
            BodyHash(hashing: bytes.span.extracting(0..<16))
        )
    }

    private static func hashes(
        long type: Span<UInt8>, _ id: EventID
    ) -> (whole: BodyHash, id: BodyHash) {
        var bytes = id.bytes
        bytes.add(type)
        return (
            BodyHash(hashing: bytes.span), BodyHash(hashing: bytes.span.extracting(0..<16))
        )
    }
}
