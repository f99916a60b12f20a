internal import Files
internal import Store
internal import Telemetry
internal import Threads

// What the state needs beside records.
extension ConsumeRun {
    /// How long the lists are filled between two batches.
    private static let fillNanoseconds: UInt64 = 20_000_000

    /// Enters some of the entities in the lists that were there before the lists' fields.
    func fillLists() throws(StoreError) {
        guard fillsLists, !store.isInTransaction else { return }
        let begin = MonotonicClock.now()
        if store.listedRows == 0 {
            log.info("entering every entity in the index of lists, between the batches")
        }
        while MonotonicClock.now() - begin < Self.fillNanoseconds {
            guard try store.fillLists() else {
                fillsLists = false
                return
            }
            if store.listedRows == nil { log.info("every entity is in the index of lists") }
        }
    }

    /// Says which entities have become very large: each event of one costs a write of all of it.
    func tellLargeEntities() {
        metrics.largeEntities.set(store.largeEntities)
        for entity in store.takeNewlyLarge() {
            log.warning(
                "an entity has become very large, so each of its events takes long",
                ["id": .string(entity.id), "bytes": .init(entity.bytes)])
        }
    }

    /// Looks at the size of the state's log, and for who keeps it from shrinking.
    func watchLog() {
        let wal = WriteAheadLog(of: store.path)
        let bytes = wal.bytes
        metrics.walBytes.set(bytes)
        board.note(
            log: bytes > WriteAheadLog.muchBytes ? Self.note(bytes, wal.otherReaders) : nil,
            listedRows: fillsLists ? store.listedRows : nil, largeEntities: store.largeEntities)
    }

    /// Why the log is large, and what ends that.
    static func note(_ bytes: Int, _ readers: [Int32]) -> String {
        let names = readers.map { process in
            LockTable.command(of: process).map { "process \(process) (\($0))" }
                ?? "process \(process)"
        }
        let who =
            names.isEmpty
            ? "a reader that cannot be seen from here" : names.joined(separator: ", ")
        return
            "the state's write-ahead log has grown to \(bytes >> 20) MiB, because \(who) has kept "
            + "one snapshot for long; it shrinks when that read ends"
    }
}
