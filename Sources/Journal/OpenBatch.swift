internal import Files

/// Who waits for a record to be durable.
struct Waiter: Sendable {
    let receipt: AppendReceipt
    let completion: @Sendable (Result<AppendReceipt, AppendRefusal>) -> Void
}

/// The records that come while the last batch is being synced: the next batch.
///
/// Two of these take turns, so that their memory is used again.
struct OpenBatch: Sendable {
    /// Above this a buffer is given back after its batch.
    private static let keptBytes = 2 << 20

    private(set) var bytes: [UInt8] = []
    private(set) var count = 0
    private(set) var waiters: [Waiter] = []

    init() {
        bytes.reserveCapacity(Self.keptBytes)
        bytes.addZeros(BatchFormat.headBytes)
    }

    private init(none: Void) {}

    /// Stands where a batch was taken away, and takes no record.
    static let none = OpenBatch(none: ())

    var isEmpty: Bool { count == 0 }

    /// The bytes that it takes in a segment.
    var whole: Int { BatchFormat.padded(bytes.count) }

    mutating func append(
        _ entry: JournalEntry, kind: JournalEntry.Kind, body: Span<UInt8>, length: Int
    ) {
        RecordFormat.append(entry, kind: kind, body: body, length: length, to: &bytes)
        count += 1
    }

    mutating func wait(_ waiter: Waiter) {
        waiters.append(waiter)
    }

    /// Makes it a batch of this segment.
    mutating func seal(
        _ kind: BatchFormat.Kind, _ journal: JournalID, segment: UInt64, first: UInt64,
        writtenAt: Int64
    ) {
        BatchFormat.seal(
            &bytes,
            BatchHead(
                kind: kind, journal: journal, segment: segment, firstSequence: first, count: count,
                length: bytes.count - BatchFormat.headBytes, writtenAt: writtenAt))
    }

    /// Empty again.
    mutating func clear() {
        if bytes.count > Self.keptBytes {
            self = OpenBatch()
            return
        }
        bytes.removeLast(bytes.count - BatchFormat.headBytes)
        count = 0
        waiters.removeAll(keepingCapacity: true)
    }
}
