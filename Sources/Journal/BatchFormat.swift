internal import Files

/// How a batch lies in a segment: a frame of 64 bytes, the records, zeros to the next multiple of
/// 4,096.
///
/// All numbers are little-endian.
///
/// ```
///  0  8 bytes  magic: FF 'H' 'k' 'L' 'n' 'B' FE '\n'; UTF-8 has no FF, so no body forges it
///  8  u16  format version
/// 10  u16  kind: 1 records, 2 the end mark of a clean stop (no records)
/// 12  u32  CRC32C of the whole batch but these four bytes, zeros at the end included
/// 16  2 x u64  the journal's random id
/// 32  u64  the segment's number: what a former use of the file left behind has another
/// 40  u64  sequence of the first record, or of the next one to come; from 1 on
/// 48  u32  number of records
/// 52  u32  length of the records in bytes
/// 56  i64  when it was written, seconds since 1970
/// 64  the records
/// ```
/// A batch starts at a multiple of 4,096 bytes, so that writing the next one touches no sector of
/// it. Reading is pure, and has four answers: the batch; none of ours here; torn (it says that it
/// is ours, but its bytes are not all there); corrupt (all there, and yet not what we would write).
enum BatchFormat {
    static let headBytes = 64
    static let alignment = 4096
    static let version: UInt16 = 1
    static let magic: UInt64 = 0x0AFE_426E_4C6B_48FF

    enum Kind: UInt16 {
        case records = 1
        case endMark = 2
    }

    /// A length with the zeros that follow.
    static func padded(_ length: Int) -> Int {
        (length + alignment - 1) / alignment * alignment
    }

    /// Makes a whole batch of the records that lie behind the room for the head.
    static func seal(_ bytes: inout [UInt8], _ head: BatchHead) {
        precondition(head.length == bytes.count - headBytes, "the length is that of the records")
        bytes.addZeros(padded(bytes.count) - bytes.count)
        bytes.store(magic, at: 0)
        bytes.store(version, at: 8)
        bytes.store(head.kind?.rawValue ?? 0, at: 10)
        bytes.store(head.journal.high, at: 16)
        bytes.store(head.journal.low, at: 24)
        bytes.store(head.segment, at: 32)
        bytes.store(head.firstSequence, at: 40)
        bytes.store(UInt32(head.count), at: 48)
        bytes.store(UInt32(head.length), at: 52)
        bytes.store(head.writtenAt, at: 56)
        bytes.store(checksum(bytes.span), at: 12)
    }

    private static func checksum(_ batch: Span<UInt8>) -> UInt32 {
        let front = batch.extracting(0..<12).crc32c()
        return batch.extracting(16..<batch.count).crc32c(after: front)
    }

    /// What a frame says that is ours, whether or not the batch is sound.
    static func claim(
        _ bytes: Span<UInt8>, journal: JournalID, segment: UInt64
    ) -> BatchHead? {
        guard bytes.count >= headBytes, bytes.integer(at: 0) == magic,
            JournalID(high: bytes.integer(at: 16), low: bytes.integer(at: 24)) == journal,
            bytes.integer(at: 32) == segment
        else { return nil }
        return BatchHead(
            kind: Kind(rawValue: bytes.integer(at: 10)), journal: journal, segment: segment,
            firstSequence: bytes.integer(at: 40),
            count: Int(bytes.integer(at: 48, as: UInt32.self)),
            length: Int(bytes.integer(at: 52, as: UInt32.self)), writtenAt: bytes.integer(at: 56))
    }

    /// How many bytes the batch took whose damaged frame this is: not ours any more, but with the
    /// sequence of this record and two of the three marks that make a batch ours.
    ///
    /// A former use of the file had no such sequence.
    static func remains(
        _ bytes: Span<UInt8>, journal: JournalID, segment: UInt64, first: UInt64
    ) -> Int? {
        let id = JournalID(high: bytes.integer(at: 16), low: bytes.integer(at: 24))
        let marks = [
            bytes.integer(at: 0) == magic, id == journal, bytes.integer(at: 32) == segment,
        ]
        guard bytes.integer(at: 40) == first, marks.filter(\.self).count == 2 else { return nil }
        return padded(headBytes + Int(bytes.integer(at: 52, as: UInt32.self)))
    }

    /// Reads the batch that should start where the bytes start, in this segment.
    static func read(
        _ bytes: Span<UInt8>, journal: JournalID, segment: UInt64
    ) -> BatchReading {
        guard let head = claim(bytes, journal: journal, segment: segment) else { return .absent }
        guard head.whole <= bytes.count else { return .torn(whole: head.whole) }
        guard checksum(bytes.extracting(0..<head.whole)) == bytes.integer(at: 12) else {
            return .torn(whole: head.whole)
        }
        guard bytes.integer(at: 8, as: UInt16.self) == version, head.kind != nil else {
            return .corrupt("a format that this version does not know")
        }
        guard head.firstSequence > 0 else { return .corrupt("records before the first, 1") }
        guard !head.firstSequence.addingReportingOverflow(UInt64(head.count)).overflow else {
            return .corrupt("records beyond the last number that there is")
        }
        return .batch(head)
    }
}

/// The journal's random id: its batches and checkpoints carry it.
package struct JournalID: Hashable, Sendable {
    /// The first eight bytes.
    package let high: UInt64
    /// The last eight bytes.
    package let low: UInt64

    /// An id of these halves.
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A new one.
    package static func random() -> JournalID {
        JournalID(high: .random(in: .min ... .max), low: .random(in: .min ... .max))
    }
}

extension JournalID: CustomStringConvertible {
    /// 32 hexadecimal digits.
    package var description: String {
        [high, low].map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}

/// What the frame of a batch says.
struct BatchHead: Equatable {
    /// Nil where no version that we know of wrote it.
    let kind: BatchFormat.Kind?
    let journal: JournalID
    let segment: UInt64
    let firstSequence: UInt64
    let count: Int
    let length: Int
    let writtenAt: Int64

    /// The bytes that it takes in the segment.
    var whole: Int { BatchFormat.padded(BatchFormat.headBytes + length) }

    /// The sequence of the record after its last one.
    var nextSequence: UInt64 { firstSequence + UInt64(count) }
}

/// What stands at an offset of a segment.
enum BatchReading: Equatable {
    case batch(BatchHead)
    /// Nothing that this use of the segment wrote.
    case absent
    /// The head is ours, the rest is not all there; `whole` is what the head claims, or more.
    case torn(whole: Int)
    /// Sound bytes that this version would not have written.
    case corrupt(String)
}
