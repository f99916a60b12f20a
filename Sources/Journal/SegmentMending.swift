internal import Files
internal import Telemetry

/// What a recovery changes in the segments.
struct SegmentMending {
    /// A batch, or what is left of one.
    struct Batch {
        let number: UInt64
        let offset: Int
        let whole: Int
    }

    private let folder: JournalFolder
    private let log: Log

    init(_ folder: JournalFolder, _ log: Log) {
        self.folder = folder
        self.log = log
    }

    /// Keeps a copy of what is torn, and zeroes it: nothing of it may read as ours later.
    func cut(_ torn: Batch) throws(JournalError) {
        let aside = try JournalError.wrap { () throws(FileError) in
            let file = try folder.files.open(folder.segment(torn.number), .write)
            let count = min(torn.whole, try file.size() - torn.offset)
            var bytes = [UInt8](repeating: 0, count: count)
            _ = try file.read(into: &bytes, 0..<count, at: torn.offset)
            let aside = try keepAside(bytes, torn.number, torn.offset)
            try file.write([UInt8](repeating: 0, count: count).span, at: torn.offset)
            try file.sync()
            return aside
        }
        log.error(
            "torn batch removed: never acknowledged, or damaged by the disk since",
            [
                "segment": LogValue(torn.number), "offset": LogValue(torn.offset),
                "copy": .string(aside ?? "none, the disk is full"),
            ])
    }

    /// Writes the copy, and returns its path; nil if there is no room for it, which must not keep
    /// the journal from starting.
    private func keepAside(
        _ bytes: [UInt8], _ number: UInt64, _ offset: Int
    ) throws(FileError) -> String? {
        let path = try folder.torn(number, offset: offset)
        do throws(FileError) {
            try folder.files.replace(path, with: bytes)
            return path
        } catch {
            guard error.isNoSpace else { throw error }
            try? folder.files.remove(path + ".new")
            return nil
        }
    }

    /// Writes the last batch again and syncs it: it may be in the page cache only.
    func settle(_ last: Batch) throws(JournalError) {
        try JournalError.wrap { () throws(FileError) in
            let file = try folder.files.open(folder.segment(last.number), .write)
            var bytes = [UInt8](repeating: 0, count: last.whole)
            guard try file.read(into: &bytes, 0..<last.whole, at: last.offset) == last.whole else {
                throw .cutShort(path: file.path, offset: last.offset, wanted: last.whole)
            }
            try file.write(bytes.span, at: last.offset)
            try file.sync()
            try folder.files.syncFolder(folder.path)
        }
    }
}
