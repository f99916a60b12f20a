import Files
import Glibc
import Threads

/// The disk, with faults: calls that fail as a rule says, and a limit on what it holds.
struct FaultyDisk: FileLayer {
    struct Rules {
        /// Bytes that files may still grow by; nil for no limit.
        var room: Int?
        /// Which call fails, with which errno.
        var fault: (@Sendable (FileOperation, String) -> Int32?)?
        /// How many calls were made.
        var calls = 0
        /// Bytes read from each file, by its path.
        var read: [String: Int] = [:]
        /// Syncs that failed, by the path of the file, and with which errno the last one did.
        var failedSyncs: [String: (count: Int, code: Int32)] = [:]
    }

    let rules = Monitor(Rules())
    private let disk = Disk()

    /// Lets the calls fail for which the rule has an errno.
    func fail(_ fault: (@Sendable (FileOperation, String) -> Int32?)?) {
        rules.update { $0.fault = fault }
    }

    /// Files may grow by so many bytes in all; nil for as many as there are.
    func leave(_ bytes: Int?) {
        rules.update { $0.room = bytes }
    }

    fileprivate func check(_ operation: FileOperation, _ path: String) throws(FileError) {
        let code = rules.update { rules in
            rules.calls += 1
            return rules.fault?(operation, path)
        }
        if let code { throw .failed(operation, path: path, code: code) }
    }

    /// The errno of a failed sync of the file that this description was not told of yet.
    ///
    /// As Linux does, each description is told of the latest error once, whoever's sync met it.
    fileprivate func untold(_ path: String, known: inout Int) -> Int32? {
        guard let failed = rules.withLock({ $0.failedSyncs[path] }), failed.count != known else {
            return nil
        }
        known = failed.count
        return failed.code
    }

    fileprivate func noteFailedSync(_ path: String, _ code: Int32) {
        rules.update { $0.failedSyncs[path] = (($0.failedSyncs[path]?.count ?? 0) + 1, code) }
    }

    fileprivate func grow(_ operation: FileOperation, _ path: String, by bytes: Int)
        throws(FileError)
    {
        let fits = rules.update { rules in
            guard let room = rules.room, bytes != 0 else { return true }
            guard room >= bytes else { return false }
            rules.room = room - bytes
            return true
        }
        guard fits else { throw .failed(operation, path: path, code: ENOSPC) }
    }

    func open(_ path: String, _ mode: OpenMode) throws(FileError) -> any File {
        try check(.open, path)
        return FaultyFile(try disk.open(path, mode), self)
    }

    func createFolder(_ path: String) throws(FileError) {
        try check(.createFolder, path)
        try disk.createFolder(path)
    }

    func list(_ folder: String) throws(FileError) -> [String] {
        try check(.list, folder)
        return try disk.list(folder)
    }

    func rename(_ path: String, to other: String) throws(FileError) {
        try check(.rename, path)
        try disk.rename(path, to: other)
    }

    func remove(_ path: String) throws(FileError) {
        try check(.remove, path)
        let size = try disk.open(path, .read).size()
        try disk.remove(path)
        try grow(.remove, path, by: -size)
    }

    func syncFolder(_ path: String) throws(FileError) {
        try check(.sync, path)
        try disk.syncFolder(path)
    }

    func freeBytes(_ path: String) throws(FileError) -> Int {
        if let room = rules.withLock({ $0.room }) { return room }
        return try disk.freeBytes(path)
    }
}

private final class FaultyFile: File {
    private let file: any File
    private let disk: FaultyDisk
    /// How many failed syncs of the file this description was told of.
    private let known: Monitor<Int>

    init(_ file: any File, _ disk: FaultyDisk) {
        self.file = file
        self.disk = disk
        known = Monitor(disk.rules.withLock { $0.failedSyncs[file.path]?.count ?? 0 })
    }

    var path: String { file.path }

    func size() throws(FileError) -> Int {
        try disk.check(.size, path)
        return try file.size()
    }

    func read(
        into buffer: inout [UInt8], _ range: Range<Int>, at offset: Int
    ) throws(FileError) -> Int {
        try disk.check(.read, path)
        let count = try file.read(into: &buffer, range, at: offset)
        disk.rules.update { $0.read[path, default: 0] += count }
        return count
    }

    func write(_ bytes: Span<UInt8>, at offset: Int) throws(FileError) {
        try disk.check(.write, path)
        try disk.grow(.write, path, by: max(0, offset + bytes.count - file.size()))
        try file.write(bytes, at: offset)
    }

    func sync() throws(FileError) {
        do {
            try disk.check(.sync, path)
        } catch {
            if case .failed(_, _, let code) = error { disk.noteFailedSync(path, code) }
        }
        if let code = known.withLock({ disk.untold(path, known: &$0) }) {
            throw .failed(.sync, path: path, code: code)
        }
        try file.sync()
    }

    func truncate(to size: Int) throws(FileError) {
        try disk.check(.truncate, path)
        try disk.grow(.truncate, path, by: size - file.size())
        try file.truncate(to: size)
    }

    func allocate(_ size: Int) throws(FileError) {
        try disk.check(.allocate, path)
        try disk.grow(.allocate, path, by: max(0, size - file.size()))
        try file.allocate(size)
    }

    func tryLock(_ mode: LockMode) throws(FileError) -> Bool {
        try disk.check(.lock, path)
        return try file.tryLock(mode)
    }

    func unlock() { file.unlock() }
}
