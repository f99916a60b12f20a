/// Something in a journal's folder that is not as it was written.
package struct JournalFault: Hashable, Sendable {
    /// How bad it is.
    package enum Kind: String, CaseIterable, Sendable {
        /// The last batch is not whole, as after a crash: the next start keeps it aside and cuts
        /// it.
        case torn
        /// A start goes on without it, and loses no record.
        case recoverable
        /// Bytes that were promised are damaged: no start goes on.
        case corrupt
    }

    /// How bad it is.
    package let kind: Kind
    /// The file, with its folder.
    package let path: String
    /// Where in the file; nil where it is about all of it.
    package let offset: Int?
    /// What is wrong with it.
    package let reason: String

    init(_ kind: Kind, _ path: String, offset: Int? = nil, _ reason: String) {
        self.kind = kind
        self.path = path
        self.offset = offset
        self.reason = reason
    }

    /// What it means for whoever operates the journal.
    package var meaning: String {
        switch kind {
        case .torn:
            "as a crash leaves the batch that it interrupts, which nobody was promised: the next "
                + "start cuts it and keeps it aside (after a crash long ago: it decayed since)"
        case .recoverable: "the next start goes on without it; no record is lost"
        case .corrupt:
            "promised bytes are damaged, and serve does not start on them: copy the folder, then "
                + "restore it; journal dump still prints every record that is whole"
        }
    }
}

extension JournalFault: CustomStringConvertible {
    /// Where it is and what is wrong.
    package var description: String {
        "\(path)" + (offset.map { " at offset \($0)" } ?? "") + ": \(reason)"
    }
}
