package import Configuration

/// The journal's settings: sections `journal` and `dedup`.
package struct JournalConfiguration: Sendable {
    /// The folder that holds the journal and nothing else.
    package var folder = "data/journal"
    /// Bytes of one segment file, 1 MiB to 4 GiB; not below `batchBytes`.
    package var segmentBytes = 64 << 20
    /// Bytes of one batch at most, and of what waits for the next one, 2 MiB to 512 MiB: above
    /// the largest body, and half of the bodies that the server keeps in memory at once.
    package var batchBytes = 32 << 20
    /// Hours that published records are kept, 0 to 8,760; given up before a webhook is refused
    /// for want of space.
    ///
    /// As long as `dedup.windowHours` where it is not set.
    package var keepPublishedHours = 48.0
    /// Milliseconds from one publish checkpoint to the next, 10 to 60,000: how much is read again
    /// after a crash.
    package var checkpointMilliseconds = 1000
    /// Bytes that the journal's segments, ids and checkpoints may take, 0 for no limit, else room
    /// for ids, checkpoints and three segments at least.
    ///
    /// At the limit published records are given up; where there are none, webhooks that would
    /// need another segment are refused with 503 until the journal is a segment below it.
    package var maxBytes = 0
    /// Bytes of its disk that the journal leaves free, 0 to 1 PiB.
    ///
    /// The same happens where less is free, until a segment more than this is.
    package var minFreeBytes = 64 << 20
    /// How long a body is known again: section `dedup`.
    package var dedup = DedupConfiguration()

    /// Bytes that the helper zeroes for one sync, which the writer's own waits for; no setting.
    var stepBytes = 1 << 20
    /// How far the helper zeroes ahead of the writer at least, in bytes; no setting.
    var aheadBytes = 8 << 20

    /// Bytes of a segment file: whole pages, and room for the largest batch.
    var fileBytes: Int { BatchFormat.padded(max(segmentBytes, batchBytes)) }

    /// Bytes of the two files of the publish checkpoint, and of the ring of ids.
    var checkpointBytes: Int { Self.publishBytes + IdsRing.bytes(dedup) }
    /// Bytes of the two files of the publish checkpoint.
    static var publishBytes: Int { 2 * CheckpointHead.pageBytes }

    /// The defaults.
    package init() {}

    /// Reads the sections.
    package init(_ section: ConfigurationSection, dedup ids: ConfigurationSection) {
        folder = section.string("folder", default: folder)
        segmentBytes = section.integer(
            "segmentBytes", default: segmentBytes, range: 1 << 20...4 << 30)
        batchBytes = section.integer("batchBytes", default: batchBytes, range: 2 << 20...512 << 20)
        dedup = DedupConfiguration(ids)
        keepPublishedHours = section.number(
            "keepPublishedHours", default: dedup.windowHours, range: 0...8760)
        checkpointMilliseconds = section.integer(
            "checkpointMilliseconds", default: checkpointMilliseconds, range: 10...60_000)
        section.ignore("idsCheckpointBytes", because: "each id is written once")
        maxBytes = section.integer("maxBytes", default: maxBytes, range: 0...1 << 50)
        minFreeBytes = section.integer("minFreeBytes", default: minFreeBytes, range: 0...1 << 50)
        let leastBytes = checkpointBytes + 3 * fileBytes
        if maxBytes > 0, maxBytes < leastBytes {
            section.report(
                "maxBytes", value: String(maxBytes),
                allowed: "0, or at least \(leastBytes): ids, checkpoints and three segments")
        }
        if segmentBytes < batchBytes {
            section.report(
                "segmentBytes", value: String(segmentBytes),
                allowed: "at least journal.batchBytes, \(batchBytes)")
        }
    }
}

/// How long a body is known again: section `dedup`.
package struct DedupConfiguration: Sendable {
    /// Hours from the first copy on in which another one is a duplicate, 0.01 to 720.
    package var windowHours = 48.0
    /// Ids kept at most, 1,000 to 16,000,000; the oldest go first, which is counted and said.
    ///
    /// Each takes about 40 bytes of memory, 8 of them from the start, and 37 on the disk.
    package var maxIds = 2_000_000

    /// Entries that are written to the disk at once, a power of two; no setting.
    var chunkEntries = 8192

    /// The defaults.
    package init() {}

    init(_ section: ConfigurationSection) {
        windowHours = section.number("windowHours", default: windowHours, range: 0.01...720)
        maxIds = section.integer("maxIds", default: maxIds, range: 1000...16_000_000)
    }
}
