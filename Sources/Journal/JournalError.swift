package import Files

/// Why the journal cannot be used, or not any longer.
package enum JournalError: Error, Equatable, Sendable {
    /// The file system refused.
    case file(FileError)
    /// Bytes that were promised are not there as they were written.
    case corrupt(segment: String, offset: Int, reason: String)
    /// A file beside the segments is not what it should be.
    case damaged(path: String, reason: String)
    /// The records asked for are not in the journal any more, or not yet.
    case outside(sequence: UInt64, first: UInt64, last: UInt64)
}

extension JournalError: CustomStringConvertible {
    /// What happened, to what, and what to do.
    package var description: String {
        switch self {
        case .file(let error): "the journal stopped: \(error)"
        case .corrupt(let segment, let offset, let reason):
            "segment \(segment) is corrupt at offset \(offset): \(reason); nothing was changed: "
                + "keep the folder, restore it from a copy, or start with an empty one"
        case .damaged(let path, let reason):
            "\(path) is damaged: \(reason); restore it, or start with an empty journal folder"
        case .outside(let sequence, let first, let last):
            "record \(sequence) is not in the journal, which holds \(first) to \(last)"
        }
    }
}
