internal import Glibc

/// The file layer of those who look at a folder beside the process that writes it: nothing is
/// made, changed or synced, and it works on a read-only mount.
///
/// Files whose name ends in `suffix` are used again under other names: each read holds a shared
/// lock and looks whether the file still has its name, so that it gives bytes of this name or
/// fails as missing. The lock is held for the read only: whoever prints, or waits for Kafka,
/// keeps no file from being used again.
package struct SharedFiles: FileLayer {
    private let base: any FileLayer
    private let suffix: String

    /// Reads through this layer.
    package init(_ base: any FileLayer, holding suffix: String) {
        self.base = base
        self.suffix = suffix
    }

    /// Opens a file for reading, whatever is asked for; one that would be made is empty.
    package func open(_ path: String, _ mode: OpenMode) throws(FileError) -> any File {
        do {
            let file = try base.open(path, .read)
            return SharedFile(file, path, on: path.hasSuffix(suffix) ? base : nil)
        } catch {
            guard mode == .create, error.isMissing else { throw error }
            return SharedFile(nil, path, on: nil)
        }
    }

    /// Fails.
    package func createFolder(_ path: String) throws(FileError) {
        throw .failed(.createFolder, path: path, code: EROFS)
    }

    /// The names in a folder.
    package func list(_ folder: String) throws(FileError) -> [String] {
        try base.list(folder)
    }

    /// Fails.
    package func rename(_ path: String, to other: String) throws(FileError) {
        throw .failed(.rename, path: path, code: EROFS)
    }

    /// Fails.
    package func remove(_ path: String) throws(FileError) {
        throw .failed(.remove, path: path, code: EROFS)
    }

    /// Fails.
    package func syncFolder(_ path: String) throws(FileError) {
        throw .failed(.sync, path: path, code: EROFS)
    }

    /// How many bytes an ordinary process may still write there.
    package func freeBytes(_ path: String) throws(FileError) -> Int {
        try base.freeBytes(path)
    }
}

/// A file that is only read, or one that is not there.
private final class SharedFile: File {
    private let file: (any File)?
    let path: String
    /// Where it is held while it is read.
    private let base: (any FileLayer)?

    /// How often, and how many microseconds apart, a lock is tried that somebody has who gives
    /// the file another name: a rename and a sync of the folder.
    private static let tries = 1000
    private static let pause: UInt32 = 5000

    init(_ file: (any File)?, _ path: String, on base: (any FileLayer)?) {
        self.file = file
        self.path = path
        self.base = base
    }

    func size() throws(FileError) -> Int {
        guard let file else { return 0 }
        return try file.size()
    }

    func read(
        into buffer: inout [UInt8], _ range: Range<Int>, at offset: Int
    ) throws(FileError) -> Int {
        guard let file else { return 0 }
        guard let base else { return try file.read(into: &buffer, range, at: offset) }
        try hold(file)
        defer { file.unlock() }
        _ = try base.open(path, .read)
        return try file.read(into: &buffer, range, at: offset)
    }

    private func hold(_ file: any File) throws(FileError) {
        for _ in 0..<Self.tries {
            if try file.tryLock(.shared) { return }
            usleep(Self.pause)
        }
        throw .locked(path: path, holder: nil)
    }

    func write(_ bytes: Span<UInt8>, at offset: Int) throws(FileError) { throw refused(.write) }

    func sync() throws(FileError) { throw refused(.sync) }

    func truncate(to size: Int) throws(FileError) { throw refused(.truncate) }

    func allocate(_ size: Int) throws(FileError) { throw refused(.allocate) }

    func tryLock(_ mode: LockMode) throws(FileError) -> Bool { throw refused(.lock) }

    func unlock() {}

    private func refused(_ operation: FileOperation) -> FileError {
        .failed(operation, path: path, code: EROFS)
    }
}
