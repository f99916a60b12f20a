/// Whether the journal may take more of its disk: pure.
///
/// It has two high-water marks: the bytes that it may take, and those that it leaves free. Where
/// one is met it takes nothing more until it is below the low-water mark, which lies one segment
/// beneath, so that it does not stop and go on with every step. What is prepared may be used
/// meanwhile.
struct WaterMarks {
    /// What stops the journal from taking more, by the setting's name.
    enum Mark: String {
        case maxBytes = "journal.maxBytes"
        case minFreeBytes = "journal.minFreeBytes"
        /// The file system has refused.
        case full = "disk full"
    }

    /// What the journal takes and what the disk has left.
    struct Figures: Equatable {
        /// Bytes of the journal's files, those that segments will still grow by among them.
        var taken: Int
        var free: Int
    }

    private let maxBytes: Int
    private let minFreeBytes: Int
    /// Bytes of a segment file.
    private let segmentBytes: Int
    private(set) var met: Mark?

    init(_ configuration: JournalConfiguration) {
        maxBytes = configuration.maxBytes
        minFreeBytes = configuration.minFreeBytes
        segmentBytes = configuration.fileBytes
    }

    /// The mark that is met where a segment is to be made, or one that is there is to grow by so
    /// many bytes.
    mutating func check(
        isNew: Bool, growing bytes: Int, _ figures: Figures
    ) -> Mark? {
        met = mark(isNew: isNew, bytes, figures, below: met == nil ? 0 : segmentBytes)
        return met
    }

    private func mark(isNew: Bool, _ bytes: Int, _ figures: Figures, below: Int) -> Mark? {
        // A segment counts as a whole from the start, so one that is there may be filled.
        let taken = figures.taken + (isNew ? segmentBytes + below : 0)
        if maxBytes > 0, taken > maxBytes { return .maxBytes }
        return figures.free - bytes < minFreeBytes + below ? .minFreeBytes : nil
    }
}
