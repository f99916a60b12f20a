/// The place of an event in the total order of an entity's events.
///
/// Compared in this order: occurredAt, updatedAt (absent is lowest), rank, eventID, body hash. As
/// bytes (`encoded`), in 58 that compare as the versions do:
///
///     seconds ^ sign 8 | nanoseconds 4 | updatedAt: 1 or 0, then 12 as before | rank 1 | id 16 | hash 16
package struct Version: Hashable, Sendable {
    /// How many bytes an encoded version has.
    package static let encodedCount = 58

    /// When the change occurred.
    package let occurredAt: Timestamp

    /// When the snapshot was last changed, where it says so.
    package let updatedAt: Timestamp?

    /// The place of the event's type in the entity's life.
    package let rank: UInt8

    /// The event's id.
    package let eventID: EventID

    /// The hash of the event's body.
    package let bodyHash: BodyHash

    /// Makes a version.
    package init(
        occurredAt: Timestamp, updatedAt: Timestamp?, rank: UInt8, eventID: EventID,
        bodyHash: BodyHash
    ) {
        self.occurredAt = occurredAt
        self.updatedAt = updatedAt
        self.rank = rank
        self.eventID = eventID
        self.bodyHash = bodyHash
    }

    /// Reads the encoded form that starts at `offset`; nil where no version is encoded so.
    package init?(encoded bytes: Span<UInt8>, at offset: Int = 0) {
        guard offset >= 0, bytes.count - offset >= Self.encodedCount,
            let occurredAt = Timestamp(encoded: bytes, at: offset)
        else { return nil }
        switch bytes[offset + 12] {
        case 0: updatedAt = nil
        case 1:
            guard let time = Timestamp(encoded: bytes, at: offset + 13) else { return nil }
            updatedAt = time
        default: return nil
        }
        self.occurredAt = occurredAt
        rank = bytes[offset + 25]
        eventID = EventID(bytes: bytes, at: offset + 26)
        bodyHash = BodyHash(bytes: bytes, at: offset + 42)
    }

    /// Adds the encoded form to `bytes`.
    package func encode(to bytes: inout [UInt8]) {
        occurredAt.encode(to: &bytes)
        bytes.append(updatedAt == nil ? 0 : 1)
        if let updatedAt {
            updatedAt.encode(to: &bytes)
        } else {
            bytes.append(contentsOf: repeatElement(0, count: 12))
        }
        bytes.append(rank)
        BigEndian.append(eventID.high, to: &bytes)
        BigEndian.append(eventID.low, to: &bytes)
        BigEndian.append(bodyHash.high, to: &bytes)
        BigEndian.append(bodyHash.low, to: &bytes)
    }

    /// The encoded form.
    package var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.encodedCount)
        encode(to: &bytes)
        return bytes
    }
}

extension Version: Comparable {
    /// Orders as the head of this file says.
    package static func < (left: Self, right: Self) -> Bool {
        if left.occurredAt != right.occurredAt { return left.occurredAt < right.occurredAt }
        if left.updatedAt != right.updatedAt {
            guard let rightTime = right.updatedAt else { return false }
            return left.updatedAt.map { $0 < rightTime } ?? true
        }
        if left.rank != right.rank { return left.rank < right.rank }
        if left.eventID != right.eventID { return left.eventID < right.eventID }
        return left.bodyHash < right.bodyHash
    }
}

extension Timestamp {
    /// Adds twelve bytes that compare as the instants do.
    func encode(to bytes: inout [UInt8]) {
        BigEndian.append(UInt64(bitPattern: seconds) ^ (1 << 63), to: &bytes)
        BigEndian.append(UInt32(bitPattern: nanoseconds), to: &bytes)
    }

    /// Reads the twelve bytes that start at `offset`; nil where they are no instant.
    init?(encoded bytes: Span<UInt8>, at offset: Int) {
        let seconds = BigEndian.read(UInt64.self, bytes, at: offset) ^ (1 << 63)
        let nanoseconds = BigEndian.read(UInt32.self, bytes, at: offset + 8)
        guard nanoseconds < 1_000_000_000 else { return nil }
        self.init(seconds: Int64(bitPattern: seconds), nanoseconds: Int32(nanoseconds))
    }
}
