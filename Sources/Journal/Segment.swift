internal import Files

/// What is known of one segment file.
struct Segment: Sendable {
    let number: UInt64
    /// Sequence of its first record; of the one to come where it has none yet.
    var first: UInt64
    /// Where its last batch ends: the next one starts there.
    var used: Int
    /// Bytes that may be written without asking the disk for room.
    var prepared: Int
    /// When its last batch was written, seconds since 1970, or later.
    var newest: Int64
    /// Open for writing, in the segments that are written or will be.
    var file: (any File)?

    /// Bytes that the file takes, or will when it is prepared.
    var bytes = 0

    /// Whether a batch of so many bytes fits into what is prepared.
    func takes(_ bytes: Int) -> Bool { bytes <= prepared - used }
}
