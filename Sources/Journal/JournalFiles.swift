package import Files

/// A journal's folder for those who look at it, whether a process writes it meanwhile or not.
///
/// Only copies of torn batches can be removed; nothing else is changed, and the writer's lock is
/// never taken.
package struct JournalFiles: Sendable {
    /// The copy of a torn batch that a recovery kept aside.
    package struct Torn: Hashable, Sendable {
        /// The file's name in the folder.
        package let name: String
        /// The file's size.
        package let bytes: Int
    }

    let folder: JournalFolder
    let journal: JournalID
    let patience: Patience
    /// What `folder` reads through without its guard against changes.
    private let writable: any FileLayer

    /// Opens the folder; it must hold a journal.
    package init(
        _ path: String, on files: any FileLayer = Disk()
    ) throws(JournalError) {
        try self.init(path, on: files, Patience())
    }

    init(_ path: String, on files: any FileLayer, _ patience: Patience) throws(JournalError) {
        self.patience = patience
        writable = files
        folder = JournalFolder(
            path: path, files: SharedFiles(files, holding: JournalFolder.suffix))
        let (folder, layer) = (folder, folder.files)
        try JournalError.wrap { () throws(FileError) in
            // A folder that holds none of a journal's files has no damage to speak of.
            if try folder.segments().isEmpty { _ = try layer.contents(of: folder.identity) }
        }
        journal = try folder.journalID(isNew: false)
    }

    /// Where the folder is.
    package var path: String { folder.path }

    /// The journal's random id, in hexadecimal.
    package var id: String { journal.description }

    /// The process that writes it now; nil where none does, or none that can be seen from here.
    package var holder: Int32? { FileLock.holder(of: folder.lock) }

    /// The copies of torn batches that recoveries kept aside, by name.
    package func torn() throws(JournalError) -> [Torn] {
        try JournalError.wrap { () throws(FileError) in try folder.torn() }
    }

    /// Removes one of these copies, which nothing needs; false if there is none of that name.
    package func removeTorn(_ name: String) throws(JournalError) -> Bool {
        guard try torn().contains(where: { $0.name == name }) else { return false }
        try JournalError.wrap { () throws(FileError) in
            try writable.remove("\(path)/\(name)")
            try writable.syncFolder(path)
        }
        return true
    }

    var scan: SegmentScan { SegmentScan(folder: folder, journal: journal) }

    /// How far it is published, as the newer of the two files says; nil where neither holds it.
    package func published() throws(JournalError) -> PublishPosition? {
        try publishCheckpoint().position
    }

    /// What the publisher's two files hold.
    func publishCheckpoint() throws(JournalError) -> (
        position: PublishPosition?, damaged: [String]
    ) {
        try looking { () throws(FileError) in
            var files = try CheckpointFiles(.publish, in: folder, journal: journal, bytes: 0)
            let position = try files.load { head, sum, _ in (sum, head.position) }
            return (position, files.damaged)
        }
    }

    /// What the ring of ids holds, or what version 0.1.0 had instead.
    struct Ids {
        /// The last record.
        var through: UInt64
        /// Records before it whose ids are missing.
        var missing: [Range<UInt64>] = []
        /// What the last stop left, where it was clean.
        var stop: StopMark?
    }

    /// What the disk has of the ids.
    func ids(_ configuration: DedupConfiguration) throws(JournalError) -> Ids {
        var looks = patience
        while true {
            let found = try JournalError.wrap { () throws(FileError) in
                try lookAtIds(configuration)
            }
            // A chunk that is missing may have been written elsewhere meanwhile.
            if found.missing.isEmpty || !looks.again() { return found }
        }
    }

    private func lookAtIds(_ configuration: DedupConfiguration) throws(FileError) -> Ids {
        var ring = try IdsRing(in: folder, journal: journal, configuration, isWritten: false)
        let loaded = try ring.load(configuration, segmentsFrom: .max)
        let former = try FormerIds.read(folder, journal, configuration)
        if let index = former?.index, index.next > loaded.index.next {
            return Ids(through: index.next - 1)
        }
        return Ids(
            through: loaded.index.next - 1, missing: loaded.missing,
            stop: former == nil ? ring.stop : nil)
    }

    /// Looks again while a file is damaged: it may be being written.
    private func looking<R>(
        _ look: () throws(FileError) -> (position: R?, damaged: [String])
    ) throws(JournalError) -> (position: R?, damaged: [String]) {
        var looks = patience
        while true {
            let found = try JournalError.wrap(look)
            if found.damaged.isEmpty || !looks.again() { return found }
        }
    }
}
