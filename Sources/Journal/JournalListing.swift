package import Events
internal import Files

/// What one segment of a journal holds.
package struct SegmentSummary: Hashable, Sendable {
    /// Its number.
    package let number: UInt64
    /// Sequence of its first record; nil where it holds none.
    package internal(set) var first: UInt64?
    /// Sequence of its last record.
    package internal(set) var last: UInt64?
    /// Bytes that its batches take.
    package internal(set) var usedBytes = 0
    /// Bytes of the file.
    package internal(set) var fileBytes = 0
    /// When its first batch was written.
    package internal(set) var oldest: Timestamp?
    /// When its last batch was written.
    package internal(set) var newest: Timestamp?
    /// Whether behind the batches stands one that is not whole: it is being written, or a crash
    /// interrupted it.
    package internal(set) var hasUnfinished = false

    init(_ number: UInt64) {
        self.number = number
    }

    /// How many records it holds.
    package var records: Int {
        guard let first, let last else { return 0 }
        return Int(last - first + 1)
    }

    /// How much of it is published.
    package enum Share: String, Sendable {
        /// Every record.
        case all = "yes"
        /// Some.
        case part = "partly"
        /// None.
        case none = "no"
    }

    /// How much of it is published by this position; nil where it holds no record.
    package func published(_ position: PublishPosition?) -> Share? {
        guard let first, let last else { return nil }
        guard let position, position.through >= first else { return Share.none }
        return position.lowest >= last ? .all : .part
    }
}

extension JournalFiles {
    /// What the segments hold, oldest first, by the frames of their batches.
    ///
    /// The records are not checked, but for the last batch of each. What goes meanwhile is left
    /// out.
    package func segments() throws(JournalError) -> [SegmentSummary] {
        var found: [SegmentSummary] = []
        let numbers = try JournalError.wrap { () throws(FileError) in try folder.segments() }
        for number in numbers {
            do throws(FileError) {
                found.append(try summary(of: number))
            } catch {
                guard error.isMissing else { throw .file(error) }
            }
        }
        return found
    }

    private func summary(of number: UInt64) throws(FileError) -> SegmentSummary {
        var summary = SegmentSummary(number)
        let file = try folder.files.open(folder.segment(number), .read)
        summary.fileBytes = try file.size()
        var page = [UInt8](repeating: 0, count: BatchFormat.headBytes)
        var last: BatchHead?
        var offset = 0
        while try file.read(into: &page, 0..<page.count, at: offset) == page.count,
            let head = BatchFormat.claim(page.span, journal: journal, segment: number),
            last?.nextSequence ?? head.firstSequence == head.firstSequence
        {
            // A batch that another one follows is whole.
            if let last { summary.add(last) }
            last = head
            offset += head.whole
        }
        if let last, try isSound(number, summary.usedBytes) {
            summary.add(last)
        } else {
            summary.hasUnfinished = last != nil
        }
        return summary
    }

    private func isSound(_ number: UInt64, _ offset: Int) throws(FileError) -> Bool {
        var cursor = try scan.cursor(number, offset: offset)
        guard case .batch = try cursor.next() else { return false }
        return true
    }
}

extension SegmentSummary {
    fileprivate mutating func add(_ head: BatchHead) {
        usedBytes += head.whole
        guard head.count > 0 else { return }
        first = first ?? head.firstSequence
        last = head.nextSequence - 1
        oldest = oldest ?? Timestamp(seconds: head.writtenAt)
        newest = Timestamp(seconds: head.writtenAt)
    }
}
