package import Files
internal import SQLite

/// The log of writes beside a database, and who keeps it from shrinking.
///
/// What a transaction wrote stays in the log until no reader needs what was there before: a reader
/// that stays in one snapshot, such as an export, makes it grow by all that is written meanwhile.
package struct WriteAheadLog: Sendable {
    /// From so many bytes on it is worth a word: four times of what it has without such a reader.
    package static let muchBytes = 4 * Schema.backlogCheckpointBytes

    private let path: String
    private let files: any FileLayer

    /// The log of the database at a path.
    package init(of path: String, on files: any FileLayer = Disk()) {
        self.path = path
        self.files = files
    }

    /// Its bytes; 0 if there is none.
    package var bytes: Int {
        // SQLite locks nothing in this file, so closing it again gives no lock away.
        (try? files.open(path + "-wal", .read).size()) ?? 0
    }

    /// The other processes that are in a snapshot now, as far as they can be seen from here.
    package var otherReaders: [Int32] {
        Set(
            LockTable.locks(on: path + "-shm").filter {
                !$0.isWholeFile && $0.isShared && Self.readMarks.contains($0.start)
                    && $0.process != LockTable.ownProcess
            }.map(\.process)
        ).sorted()
    }

    /// The bytes of the file `-shm` that a reader has a shared lock on while it is in a snapshot:
    /// "WAL-index locks" in SQLite's wal.c, whose first is byte 120.
    private static let readMarks: ClosedRange<UInt64> = 123...127
}
