internal import Events
internal import Files

/// How a record lies in a batch: a fixed head, the texts, the body.
///
/// All numbers are little-endian.
///
/// ```
///  0  u32  length of the whole record
///  4  u8   kind: 0 an event, else the quarantine reason's code
///  5  u8   which of the texts and the id are there, a bit each
///  6  u16  length of: type
///  8  u16             key
/// 10  u16             eventId as it came
/// 12  u16             occurredAt as it came
/// 14  u16             traceparent
/// 16  u16             name of the API key
/// 18  u16  0
/// 20  i32  received at: nanoseconds
/// 24  i64               seconds since 1970
/// 32  2 x u64  eventId
/// 48  2 x u64  XXH3-128 of the body
/// 64  the six texts in this order, then the body
/// ```
/// The sequence is the batch's first and the number of records before. The batch's checksum
/// covers all of it, so a head that does not fit its bytes was written so: corrupt, not torn.
enum RecordFormat {
    static let headBytes = 64

    /// The texts in their order; the lengths lie from offset 6 on, and bit `rawValue` of the byte
    /// at 5 says whether the text is there.
    enum Text: Int {
        case type, key, eventID, occurredAt, traceparent, apiKeyName
    }

    static let textCount = 6
    static let hasEventID: UInt8 = 0x80

    /// How many bytes the record takes.
    static func length(of entry: JournalEntry, bodyBytes: Int) -> Int {
        var length = headBytes + bodyBytes + entry.apiKeyName.utf8.count
        length += entry.type?.utf8.count ?? 0
        length += entry.key?.utf8.count ?? 0
        length += entry.eventIDText?.utf8.count ?? 0
        length += entry.occurredAtText?.utf8.count ?? 0
        length += entry.traceparent?.utf8.count ?? 0
        return length
    }

    /// Adds the record to the batch.
    static func append(
        _ entry: JournalEntry, kind: JournalEntry.Kind, body: Span<UInt8>, length: Int,
        to bytes: inout [UInt8]
    ) {
        let start = bytes.count
        bytes.addZeros(headBytes)
        bytes.store(UInt32(length), at: start)
        bytes[start + 4] = code(of: kind)
        bytes.store(entry.receivedAt.nanoseconds, at: start + 20)
        bytes.store(entry.receivedAt.seconds, at: start + 24)
        if let id = entry.eventID {
            bytes[start + 5] = hasEventID
            bytes.store(id.high, at: start + 32)
            bytes.store(id.low, at: start + 40)
        }
        bytes.store(entry.bodyHash.high, at: start + 48)
        bytes.store(entry.bodyHash.low, at: start + 56)
        add(.type, entry.type, start, &bytes)
        add(.key, entry.key, start, &bytes)
        add(.eventID, entry.eventIDText, start, &bytes)
        add(.occurredAt, entry.occurredAtText, start, &bytes)
        add(.traceparent, entry.traceparent, start, &bytes)
        add(.apiKeyName, entry.apiKeyName, start, &bytes)
        bytes.add(body)
        precondition(bytes.count - start == length, "a record is as long as it was said to be")
    }

    private static func add(
        _ text: Text, _ value: String?, _ start: Int, _ bytes: inout [UInt8]
    ) {
        guard let value else { return }
        bytes[start + 5] |= 1 << UInt8(text.rawValue)
        bytes.store(UInt16(value.utf8.count), at: start + 6 + 2 * text.rawValue)
        bytes.add(value.utf8Span.span)
    }

    static func code(of kind: JournalEntry.Kind) -> UInt8 {
        switch kind {
        case .event: 0
        case .quarantined(let reason): reason.code
        }
    }

    static func kind(of code: UInt8) -> JournalEntry.Kind? {
        code == 0 ? .event : QuarantineReason(code: code).map { .quarantined($0) }
    }
}

/// Where the parts of one record lie in the bytes of its batch.
struct RecordLayout {
    let start: Int
    let end: Int
    let kind: JournalEntry.Kind
    let receivedAt: Timestamp
    private let present: UInt8
    private let textEnds: [6 of Int]

    /// Reads the record's head at this offset, or answers nil where it does not fit.
    init?(_ bytes: Span<UInt8>, at start: Int) {
        let headEnd = start + RecordFormat.headBytes
        guard headEnd <= bytes.count else { return nil }
        let length = Int(bytes.integer(at: start, as: UInt32.self))
        let nanoseconds: Int32 = bytes.integer(at: start + 20)
        guard length >= RecordFormat.headBytes, length <= bytes.count - start,
            let kind = RecordFormat.kind(of: bytes[start + 4]),
            (0..<1_000_000_000).contains(nanoseconds)
        else { return nil }
        var ends = [6 of Int](repeating: headEnd)
        var position = headEnd
        for index in 0..<RecordFormat.textCount {
            position += Int(bytes.integer(at: start + 6 + 2 * index, as: UInt16.self))
            ends[index] = position
        }
        guard position <= start + length else { return nil }
        self.start = start
        end = start + length
        self.kind = kind
        receivedAt = Timestamp(
            seconds: bytes.integer(at: start + 24), nanoseconds: nanoseconds)
        present = bytes[start + 5]
        textEnds = ends
    }

    /// Where a text lies; nil where there is none.
    func range(of text: RecordFormat.Text) -> Range<Int>? {
        let index = text.rawValue
        guard present & 1 << UInt8(index) != 0 else { return nil }
        let first = index == 0 ? start + RecordFormat.headBytes : textEnds[index - 1]
        return first..<textEnds[index]
    }

    /// Where the body lies.
    var body: Range<Int> { textEnds[RecordFormat.textCount - 1]..<end }

    func eventID(_ bytes: Span<UInt8>) -> EventID? {
        guard present & RecordFormat.hasEventID != 0 else { return nil }
        return EventID(high: bytes.integer(at: start + 32), low: bytes.integer(at: start + 40))
    }

    func bodyHash(_ bytes: Span<UInt8>) -> BodyHash {
        BodyHash(high: bytes.integer(at: start + 48), low: bytes.integer(at: start + 56))
    }

    /// The whole record, copied out of the batch.
    func record(
        _ bytes: Span<UInt8>, sequence: UInt64, names: inout NameCache
    ) -> JournalRecord {
        let entry = JournalEntry(
            kind: kind, receivedAt: receivedAt,
            type: range(of: .type).map { names.string(bytes, $0) },
            key: range(of: .key).map { bytes.text($0) },
            eventID: eventID(bytes),
            eventIDText: range(of: .eventID).map { bytes.text($0) },
            occurredAtText: range(of: .occurredAt).map { bytes.text($0) },
            bodyHash: bodyHash(bytes),
            traceparent: range(of: .traceparent).map { bytes.text($0) },
            apiKeyName: range(of: .apiKeyName).map { names.string(bytes, $0) } ?? "")
        return JournalRecord(sequence: sequence, entry: entry, body: bytes.array(body))
    }
}

/// Types and key names as strings that are made once: there are few, and each record has them.
struct NameCache {
    private var names: [String] = []
    private static let bound = 32

    mutating func string(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        let piece = bytes.extracting(range)
        for index in names.indices where names[index].hasUTF8(piece) {
            // To the front: the next record is likely to have it too.
            if index > 0 { names.swapAt(index, index - 1) }
            return names[max(0, index - 1)]
        }
        let name = bytes.text(range)
        if names.count == Self.bound { names.removeLast() }
        names.append(name)
        return name
    }
}

extension String {
    /// Whether these are its bytes.
    fileprivate func hasUTF8(_ bytes: Span<UInt8>) -> Bool {
        let own = utf8Span.span
        guard own.count == bytes.count else { return false }
        for index in 0..<own.count where own[index] != bytes[index] { return false }
        return true
    }
}
