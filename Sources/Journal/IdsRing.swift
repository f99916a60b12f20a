internal import Files

/// The dedup index on the disk: a file with places for chunks of entries, each written about once.
///
/// A chunk is written when it is full, and before that only at a stop or when the segment with its
/// records is given up. It goes to a place that holds nothing needed: until the write is synced,
/// everything that was on the disk still is, a shorter copy of the same chunk included. Places
/// are found by what they hold, so that the number of ids may change between two starts.
///
/// What is needed begins with the oldest entry that the index had at the last write. That is
/// `maxIds` at most, which touch one chunk more than they fill, and one place is free for the next
/// write: two places more than `maxIds` fill are always enough. All of them are made when the
/// journal opens, so that a full disk cannot stop a write.
struct IdsRing: Sendable {
    private let file: any File
    private let journal: JournalID
    private let chunkEntries: Int
    /// What the places hold, as far as it counts.
    private var places: [IdsChunk.Head?]
    /// Of the last write that is on the disk.
    private var generation: UInt64 = 0
    /// What comes before was not needed any longer at the last write.
    private var oldest: UInt64 = 0
    /// Every entry through this one is on the disk, or was not needed any longer.
    private(set) var covered: UInt64 = 0
    /// What a clean stop left, until something is written.
    private(set) var stop: StopMark?
    private var buffer: [UInt8] = []

    /// Bytes of the file that these settings need.
    static func bytes(_ configuration: DedupConfiguration) -> Int {
        let (ids, chunk) = (configuration.maxIds, configuration.chunkEntries)
        return StopMark.pageBytes
            + ((ids + chunk - 1) / chunk + 2) * IdsChunk.bytes(chunkEntries: chunk)
    }

    /// Opens the file; where it is to be written, it is made as long as these settings need.
    init(
        in folder: JournalFolder, journal: JournalID, _ configuration: DedupConfiguration,
        isWritten: Bool = true
    ) throws(FileError) {
        self.journal = journal
        chunkEntries = configuration.chunkEntries
        file = try folder.files.open(folder.ids, .create)
        if isWritten, try file.size() < Self.bytes(configuration) {
            try file.allocate(Self.bytes(configuration))
        }
        let room = try file.size() - StopMark.pageBytes
        places = Array(
            repeating: nil, count: max(0, room / IdsChunk.bytes(chunkEntries: chunkEntries)))
    }

    /// Bytes of the file.
    var bytes: Int { offset(places.count) }

    private var chunkBytes: Int { IdsChunk.bytes(chunkEntries: chunkEntries) }

    private func offset(_ place: Int) -> Int { StopMark.pageBytes + place * chunkBytes }

    private func number(_ head: IdsChunk.Head) -> UInt64 { head.first / UInt64(chunkEntries) }

    private func isFree(_ place: Int) -> Bool {
        places[place].map { $0.next <= oldest } ?? true
    }

    // MARK: - Reading

    /// What the file holds: an index, and of which records ids are missing in it.
    struct Loaded {
        var index: DedupIndex
        var missing: [Range<UInt64>] = []
    }

    private struct Found {
        let place: Int
        let head: IdsChunk.Head
    }

    /// Reads what is needed, in order.
    ///
    /// Where a chunk is missing, and the segments, which begin with this record, hold what was in
    /// it, the rest is left to be read from there.
    mutating func load(
        _ configuration: DedupConfiguration, segmentsFrom start: UInt64
    ) throws(FileError) -> Loaded {
        var page = [UInt8](repeating: 0, count: StopMark.pageBytes)
        _ = try file.read(into: &page, 0..<page.count, at: 0)
        stop = StopMark.read(page.span, journal)
        let found = try claims()
        guard let newest = try firstSound(of: found) else {
            return Loaded(index: DedupIndex(configuration, next: 1))
        }
        generation = newest.head.generation
        oldest = newest.head.oldest
        let chunks = Dictionary(grouping: found.filter { $0.head.next > newest.head.oldest }) {
            number($0.head)
        }
        let end = try end(of: chunks)
        var loader = DedupIndex.Loader(configuration, first: newest.head.oldest)
        var missing: [Range<UInt64>] = []
        for number in chunks.keys.sorted() {
            guard let chunk = try firstSound(of: chunks[number] ?? []) else { continue }
            // Before the ids that are kept, what a torn write destroyed is no loss.
            let kept = max(loader.next, end - min(end, UInt64(configuration.maxIds)))
            if chunk.head.first > kept {
                missing.append(kept..<chunk.head.first)
                guard chunk.head.first <= start else { break }
            }
            if chunk.head.first > loader.next { loader.skip(to: chunk.head.first) }
            places[chunk.place] = chunk.head
            IdsChunk.forEach(
                buffer.span, chunk.head, from: loader.next, chunkEntries: chunkEntries
            ) { loader.append($0, code: $1, receivedAt: $2) }
        }
        let index = loader.index()
        covered = (missing.first?.lowerBound ?? index.next) - 1
        return Loaded(index: index, missing: missing)
    }

    /// What the heads say, the newest first.
    private func claims() throws(FileError) -> [Found] {
        var found: [Found] = []
        var head = [UInt8](repeating: 0, count: IdsChunk.headBytes)
        for place in places.indices {
            guard try file.read(into: &head, 0..<head.count, at: offset(place)) == head.count,
                let claim = IdsChunk.claim(head.span, journal, chunkEntries: chunkEntries)
            else { continue }
            found.append(Found(place: place, head: claim))
        }
        return found.sorted { $0.head.generation > $1.head.generation }
    }

    /// Sequence behind the last entry that is there.
    private mutating func end(of chunks: [UInt64: [Found]]) throws(FileError) -> UInt64 {
        for number in chunks.keys.sorted().reversed() {
            if let chunk = try firstSound(of: chunks[number] ?? []) { return chunk.head.next }
        }
        return oldest
    }

    private mutating func firstSound(of found: [Found]) throws(FileError) -> Found? {
        for chunk in found where try isSound(chunk) { return chunk }
        return nil
    }

    /// Reads the whole chunk into the buffer.
    private mutating func isSound(_ found: Found) throws(FileError) -> Bool {
        if buffer.count != chunkBytes { buffer = [UInt8](repeating: 0, count: chunkBytes) }
        guard try file.read(into: &buffer, 0..<chunkBytes, at: offset(found.place)) == chunkBytes
        else { return false }
        return IdsChunk.head(buffer.span, journal, chunkEntries: chunkEntries) == found.head
    }

    // MARK: - Writing

    /// Makes durable what was read, and takes the mark of a clean stop away.
    ///
    /// What a process wrote last may be in the page cache only, so that is written again. Where
    /// fewer ids are kept than before, the end of the file goes when nothing needs it; a place
    /// behind the last one that is needed stays free.
    mutating func settle(_ configuration: DedupConfiguration) throws(FileError) {
        for (place, head) in places.enumerated() {
            guard let head, head.generation == generation else { continue }
            if try isSound(Found(place: place, head: head)) {
                try file.write(buffer.span, at: offset(place))
            }
        }
        try file.write([UInt8](repeating: 0, count: StopMark.pageBytes).span, at: 0)
        stop = nil
        let used = (places.indices.last { !isFree($0) } ?? -1) + 1
        let size = max(Self.bytes(configuration), offset(used + 1))
        if size < bytes {
            try file.truncate(to: size)
            places.removeLast((bytes - size) / chunkBytes)
        }
        try file.sync()
    }

    /// How many chunks can be written at once.
    var room: Int { places.indices.count { isFree($0) } }

    /// Writes chunks of the index, with the mark of a clean stop where it is one, and syncs them.
    ///
    /// An error is final.
    mutating func write(
        _ snapshot: IdsSnapshot, stop: StopMark? = nil
    ) throws(FileError) {
        var free = places.indices.filter { isFree($0) }[...]
        var written: [Found] = []
        for chunk in snapshot.chunks {
            guard let place = free.popFirst() else {
                preconditionFailure("more chunks than the ring has room for")
            }
            let head = IdsChunk.Head(
                generation: generation + 1, oldest: snapshot.oldest, first: chunk.entries.first,
                count: chunk.entries.count)
            chunk.write(to: &buffer, head, chunkEntries: chunkEntries, journal)
            try file.write(buffer.span, at: offset(place))
            written.append(Found(place: place, head: head))
        }
        if let stop { try file.write(stop.page(journal).span, at: 0) }
        guard !written.isEmpty || stop != nil else { return }
        try file.sync()
        generation += 1
        oldest = max(oldest, snapshot.oldest)
        for chunk in written { note(chunk) }
        covered = max(covered, oldest - min(oldest, 1))
        while let head = places.lazy.compactMap(\.self).first(where: { [covered] head in
            head.first <= covered + 1 && head.next > covered + 1
        }) {
            covered = head.next - 1
        }
    }

    /// The chunk is on the disk: shorter copies of it are not needed any longer.
    private mutating func note(_ chunk: Found) {
        for place in places.indices {
            if let head = places[place], number(head) == number(chunk.head) { places[place] = nil }
        }
        places[chunk.place] = chunk.head
    }
}
