internal import Files
internal import Telemetry

/// The part of a recovery that concerns the ids: the ring, and what version 0.1.0 had instead.
struct IdsRecovery {
    /// What the disk has.
    struct Found {
        var ring: IdsRing
        var index: DedupIndex
        /// The last record that it covers.
        var through: UInt64
        var hasFormer = false
    }

    private let folder: JournalFolder
    private let journal: JournalID
    private let configuration: DedupConfiguration
    private let log: Log

    init(
        _ folder: JournalFolder, _ journal: JournalID, _ configuration: DedupConfiguration,
        _ log: Log
    ) {
        self.folder = folder
        self.journal = journal
        self.configuration = configuration
        self.log = log
    }

    /// Reads the ids; the segments begin with this record.
    func load(segmentsFrom start: UInt64) throws(FileError) -> Found {
        let former = try FormerIds.read(folder, journal, configuration)
        for path in former?.damaged ?? [] {
            log.warning("checkpoint damaged, the other one is used", ["file": .string(path)])
        }
        var ring = try IdsRing(in: folder, journal: journal, configuration)
        let loaded = try ring.load(configuration, segmentsFrom: start)
        // A takeover that lost its power may have left a ring with a hole; the former files go only
        // once the ring is durable as a whole.
        if let index = former?.index,
            index.next > loaded.index.next || !loaded.missing.isEmpty
        {
            return Found(ring: ring, index: index, through: index.next - 1, hasFormer: true)
        }
        for missing in loaded.missing where missing.upperBound <= loaded.index.next {
            tellLost(missing)
        }
        return Found(
            ring: ring, index: loaded.index, through: loaded.index.next - 1,
            hasFormer: former != nil)
    }

    /// Says that the ids of these records are gone.
    func tellLost(_ records: Range<UInt64>) {
        log.error(
            "ids lost: repeated webhooks of these records are taken as new ones",
            [
                "file": .string(folder.ids), "first": LogValue(records.lowerBound),
                "last": LogValue(records.upperBound - 1),
            ])
    }

    /// Makes durable what was read, and takes over what version 0.1.0 left.
    func settle(_ recovered: inout Recovered) throws(FileError) {
        try recovered.ring.settle(configuration)
        guard recovered.hasFormerIds else { return }
        try write(recovered.index, through: recovered.index.next - 1, to: &recovered.ring)
        try FormerIds.remove(from: folder)
        log.info(
            "ids of an earlier version taken over", ["ids": LogValue(recovered.index.count)])
    }

    /// Writes what the ring does not have of the index through this record.
    func write(
        _ index: DedupIndex, through last: UInt64, to ring: inout IdsRing
    ) throws(FileError) {
        while ring.covered < last {
            let snapshot = index.chunks(
                after: ring.covered, through: last, onlyFull: false, atMost: ring.room)
            precondition(!snapshot.chunks.isEmpty, "the index ends with an entry")
            try ring.write(snapshot)
        }
    }
}
