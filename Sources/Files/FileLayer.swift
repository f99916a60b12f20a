/// How a file is opened.
package enum OpenMode: Sendable {
    /// It exists, and is only read.
    case read
    /// It exists, and is read and written.
    case write
    /// It is read and written, and made where it does not exist.
    case create
}

/// Who may hold a lock on a file beside us.
package enum LockMode: Sendable {
    /// Others that only share it.
    case shared
    /// Nobody.
    case exclusive
}

/// An open file; it closes when the last reference goes.
package protocol File: AnyObject, Sendable {
    /// The path that it was opened by.
    var path: String { get }

    /// How many bytes it has.
    func size() throws(FileError) -> Int

    /// Reads into this part of the buffer, and answers how many bytes: fewer at the file's end.
    func read(
        into buffer: inout [UInt8], _ range: Range<Int>, at offset: Int
    ) throws(FileError) -> Int

    /// Writes all the bytes.
    func write(_ bytes: Span<UInt8>, at offset: Int) throws(FileError)

    /// Makes durable what was written, and the size where it changed (fdatasync).
    func sync() throws(FileError)

    /// Cuts the file, or lets it grow with zeros.
    func truncate(to size: Int) throws(FileError)

    /// Makes the file at least this long, with room on the disk for all of it.
    func allocate(_ size: Int) throws(FileError)

    /// Takes a lock for as long as the file is open; false where somebody else has one.
    func tryLock(_ mode: LockMode) throws(FileError) -> Bool

    /// Gives the lock back.
    func unlock()
}

/// The file system calls that durable parts need: the disk's own, or those of a test that breaks
/// them.
package protocol FileLayer: Sendable {
    /// Opens a file.
    func open(_ path: String, _ mode: OpenMode) throws(FileError) -> any File

    /// Makes a folder and those above it; one that exists is as good.
    func createFolder(_ path: String) throws(FileError)

    /// The names in a folder, sorted, without `.` and `..`.
    func list(_ folder: String) throws(FileError) -> [String]

    /// Gives a file another name in place of whatever had it.
    func rename(_ path: String, to other: String) throws(FileError)

    /// Removes a file, or an empty folder.
    func remove(_ path: String) throws(FileError)

    /// Makes durable which names a folder holds.
    func syncFolder(_ path: String) throws(FileError)

    /// How many bytes an ordinary process may still write on the disk of this path.
    func freeBytes(_ path: String) throws(FileError) -> Int
}

extension FileLayer {
    /// All bytes of a file.
    package func contents(of path: String) throws(FileError) -> [UInt8] {
        let file = try open(path, .read)
        var bytes = [UInt8](repeating: 0, count: try file.size())
        let count = try file.read(into: &bytes, 0..<bytes.count, at: 0)
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// Puts a file with these bytes in place of what was there, durably and all at once.
    ///
    /// Whatever happens meanwhile, the path names the old bytes or the new ones.
    package func replace(_ path: String, with bytes: [UInt8]) throws(FileError) {
        let new = path + ".new"
        let file = try open(new, .create)
        try file.truncate(to: 0)
        try file.write(bytes.span, at: 0)
        try file.sync()
        try rename(new, to: path)
        try syncFolder(folder(of: path))
    }

    /// The folder that holds this path.
    package func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
