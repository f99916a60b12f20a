internal import Files

/// The two files of one kind of checkpoint, written in turn.
struct CheckpointFiles: Sendable {
    /// What one of the files holds; nil where it is new or damaged.
    private(set) var heads: [CheckpointHead?] = [nil, nil]
    private let files: [any File]
    /// Since the start: what is in memory of the newest file is on the disk.
    private var hasWritten = false
    private let kind: CheckpointHead.Kind
    private let journal: JournalID

    /// Opens the files, and makes them this long where they are shorter.
    init(
        _ kind: CheckpointHead.Kind, in folder: JournalFolder, journal: JournalID, bytes: Int
    ) throws(FileError) {
        self.kind = kind
        self.journal = journal
        let name = kind == .publish ? "publish" : "ids"
        var files: [any File] = []
        for index in 0..<2 {
            let file = try folder.files.open(folder.checkpoint(name, index), .create)
            if try file.size() < bytes {
                try file.allocate(bytes)
                try file.sync()
            }
            files.append(file)
        }
        self.files = files
    }

    /// The last sequence that both files cover, so that losing one of them loses nothing.
    var coveredByBoth: UInt64 { min(heads[0]?.covered ?? 0, heads[1]?.covered ?? 0) }

    /// Whether neither file holds a checkpoint.
    var isUnknown: Bool { newest == nil }

    private var newest: Int? {
        switch (heads[0], heads[1]) {
        case (nil, nil): nil
        case (_?, nil): 0
        case (nil, _?): 1
        case (let zero?, let one?): zero.generation > one.generation ? 0 : 1
        }
    }

    /// Whether one of the files holds something that is not a checkpoint of this journal, though
    /// it is not new.
    private(set) var damaged: [String] = []

    /// Looks into both files, and gives the newest sound one that `body` can read.
    ///
    /// `body` is given the head, the checksum so far and the file; it reads what follows the page,
    /// and answers the whole checksum with what it made of it.
    mutating func load<R>(
        _ body: (CheckpointHead, UInt32, any File) throws(FileError) -> (UInt32, R)?
    ) throws(FileError) -> R? {
        var results: [R?] = [nil, nil]
        for index in 0..<2 {
            var page = [UInt8](repeating: 0, count: CheckpointHead.pageBytes)
            _ = try files[index].read(into: &page, 0..<page.count, at: 0)
            if page.span.isZero { continue }
            damaged.append(files[index].path)
            guard let (head, checksum) = CheckpointHead.read(page.span, kind, journal),
                let (whole, result) = try body(
                    head, CheckpointHead.checksum(page.span), files[index]),
                whole == checksum
            else { continue }
            damaged.removeLast()
            heads[index] = head
            results[index] = result
        }
        return newest.flatMap { results[$0] }
    }

    /// Whether both files of the publisher's checkpoint say this.
    func bothHold(_ position: PublishPosition) -> Bool {
        heads.allSatisfy { $0?.position == position }
    }

    /// Writes a position of the publisher to the older file, or after a start to the newest.
    mutating func write(_ position: PublishPosition) throws(FileError) {
        // A process that was killed may have left the newest one in memory only. The other is on
        // the disk, or nothing relies on either yet: so that one stays.
        let isOnDisk = hasWritten || heads.contains { $0 == nil }
        let index = newest.map { isOnDisk ? 1 - $0 : $0 } ?? 0
        let head = CheckpointHead(
            generation: (newest.flatMap { heads[$0]?.generation } ?? 0) + 1,
            through: position.through, first: position.routes, lanes: position.lanes)
        var page = head.page(kind, journal)
        heads[index] = nil
        page.store(CheckpointHead.checksum(page.span), at: 12)
        try files[index].write(page.span, at: 0)
        try files[index].sync()
        heads[index] = head
        hasWritten = true
    }
}
