internal import Events
internal import Files

/// What a verification read, and what it found.
package struct JournalVerification: Sendable {
    /// Segments that hold records.
    package internal(set) var segments = 0
    /// Sound batches.
    package internal(set) var batches = 0
    /// Records in them.
    package internal(set) var records = 0
    /// Bytes that the batches take.
    package internal(set) var bytes = 0
    /// Sequence of the first record; nil where there is none.
    package internal(set) var first: UInt64?
    /// Sequence of the last record.
    package internal(set) var last: UInt64?
    /// Whether a clean stop's mark is the last thing.
    package internal(set) var hasEndMark = false
    /// How many faults of each kind there are.
    package internal(set) var faults: [JournalFault.Kind: Int] = [:]
    /// What the process that writes the journal was about to write when it was looked at.
    package internal(set) var unfinished: [String] = []

    /// Nothing yet.
    package init() {}

    /// The worst of the faults.
    package var worst: JournalFault.Kind? {
        [.corrupt, .torn, .recoverable].first { faults[$0] != nil }
    }
}

/// Checks all that a journal's folder holds: every record of every segment, and the checkpoints.
package struct JournalVerifier {
    /// What is told of while it goes on.
    package enum News {
        /// Something is wrong.
        case fault(JournalFault)
        /// So many bytes are read, of about so many.
        case progress(bytes: Int, of: Int)
    }

    private static let progressBytes = 16 << 20

    private let files: JournalFiles
    private let configuration: DedupConfiguration
    private var result = JournalVerification()
    private var told = 0
    /// The segment that is read.
    private var segment: UInt64?
    /// Where the first batch begins.
    private var start: UInt64?

    /// For this folder; the settings say how large a checkpoint may be.
    package init(_ files: JournalFiles, _ configuration: JournalConfiguration) {
        self.files = files
        self.configuration = configuration.dedup
    }

    /// Checks everything, and tells of each fault as it is found.
    package mutating func run<E: Error>(
        _ tell: (News) throws(E) -> Void
    ) throws -> JournalVerification {
        result = JournalVerification()
        // Before the segments: what a checkpoint covers was there by then.
        let publish = try files.publishCheckpoint()
        let ids = try files.ids(configuration)
        for path in publish.damaged {
            guard files.holder == nil else {
                result.unfinished.append(path)
                continue
            }
            let reason = "its checksum does not fit: the other one is used"
            try note(.init(.recoverable, path, reason), tell)
        }
        var walk = try JournalWalk(files)
        let total = try size()
        while let step = try walk.next() {
            switch step {
            case .gone: continue
            case .fault(let fault): try take(fault, tell)
            case .batch(let head, let offset):
                try check(head, offset, walk, tell)
                try progress(total, tell)
            }
        }
        let reach = [
            ("publish", publish.position?.through ?? 0), ("ids", ids.through),
        ]
        try checkRest(after: walk, reach, ids.stop, tell)
        return result
    }

    private func size() throws(JournalError) -> Int {
        try JournalError.wrap { () throws(FileError) in
            var bytes = 0
            for number in try files.folder.segments() {
                // One that goes meanwhile counts for nothing.
                guard
                    let file = try? files.folder.files.open(files.folder.segment(number), .read)
                else { continue }
                bytes += try file.size()
            }
            return bytes
        }
    }

    private mutating func progress<E: Error>(
        _ total: Int, _ tell: (News) throws(E) -> Void
    ) throws(E) {
        guard result.bytes - told >= Self.progressBytes else { return }
        told = result.bytes
        try tell(.progress(bytes: told, of: total))
    }

    private mutating func note<E: Error>(
        _ fault: JournalFault, _ tell: (News) throws(E) -> Void
    ) throws(E) {
        result.faults[fault.kind, default: 0] += 1
        try tell(.fault(fault))
    }

    /// A batch at the end that is not whole is no fault where somebody is writing it.
    private mutating func take<E: Error>(
        _ fault: JournalFault, _ tell: (News) throws(E) -> Void
    ) throws(E) {
        guard fault.kind == .torn, files.holder != nil else { return try note(fault, tell) }
        result.unfinished.append(fault.description)
    }

    // MARK: - Records

    private mutating func check<E: Error>(
        _ head: BatchHead, _ offset: Int, _ walk: JournalWalk, _ tell: (News) throws(E) -> Void
    ) throws(E) {
        if segment != head.segment { result.segments += 1 }
        start = start ?? head.firstSequence
        segment = head.segment
        result.batches += 1
        result.bytes += head.whole
        result.hasEndMark = head.kind == .endMark
        let buffer = walk.buffer
        let end = walk.recordsStart + head.length
        let records = buffer.span.extracting(0..<end)
        var position = walk.recordsStart
        var sequence = head.firstSequence
        let base = offset + BatchFormat.headBytes - walk.recordsStart
        let path = files.folder.segment(head.segment)
        while position < end {
            guard let record = RecordLayout(records, at: position) else {
                let reason = "record \(sequence) does not fit its batch"
                return try note(.init(.corrupt, path, offset: base + position, reason), tell)
            }
            let body = records.extracting(record.body)
            if BodyHash(hashing: body) != record.bodyHash(records) {
                let reason = "the body of record \(sequence) does not have its hash"
                try note(.init(.corrupt, path, offset: base + position, reason), tell)
            }
            sequence += 1
            position = record.end
        }
        result.records += Int(sequence - head.firstSequence)
        if sequence > head.firstSequence {
            result.first = result.first ?? head.firstSequence
            result.last = sequence - 1
        }
        guard sequence != head.nextSequence else { return }
        let reason = "a batch with other than the \(head.count) records that it says"
        try note(.init(.corrupt, path, offset: offset, reason), tell)
    }

    // MARK: - What holds no records, and the checkpoints

    private mutating func checkRest<E: Error>(
        after walk: JournalWalk, _ reach: [(name: String, through: UInt64)],
        _ stop: StopMark?, _ tell: (News) throws(E) -> Void
    ) throws {
        let expected = walk.expected ?? (reach.map(\.through).max() ?? 0) + 1
        for number in try JournalError.wrap({ () throws(FileError) in
            try files.folder.segments()
        }) where number > segment ?? 0 {
            if let fault = try unusedFault(number, expected) { try take(fault, tell) }
        }
        for (name, through) in reach where through >= expected {
            let reason =
                "the records end at \(expected - 1), but the \(name) checkpoint is at \(through)"
            try note(.init(.corrupt, files.path, reason), tell)
        }
        if let start {
            try checkStart(start, tell)
        } else if let stop, segment == nil {
            try note(.init(.corrupt, files.path, "\(stop.isGone(files.folder))"), tell)
        } else if reach[0].through != reach[1].through {
            let reason =
                "it has no records, but its checkpoints are at \(reach[0].through) and "
                + "\(reach[1].through)"
            try note(.init(.corrupt, files.path, reason), tell)
        }
    }

    /// A segment behind the last that holds records holds none; the writer may come to it yet.
    private func unusedFault(
        _ number: UInt64, _ expected: UInt64
    ) throws(JournalError) -> JournalFault? {
        let scan = files.scan
        let path = files.folder.segment(number)
        do {
            guard try scan.nextBatch(number, behind: 0) == nil else {
                guard try scan.firstHead(number) == nil else { return nil }
                return JournalFault(.corrupt, path, offset: 0, "its first batch is damaged")
            }
            var patience = files.patience
            while try scan.remains(number, at: 0, first: expected) != nil {
                if !patience.again() {
                    return JournalFault(.torn, path, offset: 0, "its first batch is not whole")
                }
            }
            return nil
        } catch {
            if error.isMissing { return nil }
            throw .file(error)
        }
    }

    /// What was given up before the first record was covered by both checkpoints.
    private mutating func checkStart<E: Error>(
        _ first: UInt64, _ tell: (News) throws(E) -> Void
    ) throws {
        // Looked at after the segments: these may have gone meanwhile.
        if let published = try files.published() {
            if published.lowest + 1 < first {
                let reason =
                    "its records begin at \(first), but only those up to \(published.lowest) are "
                    + "published"
                try note(.init(.corrupt, files.path, reason), tell)
            }
        } else if first > 1 {
            let reason = "no publish checkpoint: the next start publishes all of it again"
            try note(.init(.recoverable, files.path, reason), tell)
        }
        try checkIds(first, tell)
    }

    /// Ids of records that are not there any longer are nowhere else; the others are read again.
    private mutating func checkIds<E: Error>(
        _ first: UInt64, _ tell: (News) throws(E) -> Void
    ) throws {
        let ids = try files.ids(configuration)
        let behind = ids.through + 1 < first ? [ids.through + 1..<first] : []
        for missing in ids.missing + behind where missing.lowerBound < first {
            let last = min(missing.upperBound, first) - 1
            let reason =
                "the ids of records \(missing.lowerBound) to \(last) are missing: repeated "
                + "webhooks of these are taken as new ones"
            try note(.init(.recoverable, files.folder.ids, reason), tell)
        }
    }
}
