internal import Glibc

/// The lock on a folder: one process holds it, and the others are told which.
///
/// The kernel keeps it (flock), so it goes with the process however that ends; the file only names
/// the holder. The lock is released when the last reference goes.
package final class FileLock: Sendable {
    private let file: any File

    /// Takes the lock, or throws `FileError.locked` with the holder's process id.
    package init(_ path: String, on files: some FileLayer) throws(FileError) {
        file = try files.open(path, .create)
        guard try file.tryLock(.exclusive) else {
            throw .locked(path: path, holder: Self.holder(in: file))
        }
        try file.truncate(to: 0)
        do {
            try file.write(Array("\(getpid())\n".utf8).span, at: 0)
        } catch {
            // On a full disk the lock holds without its holder's name.
            guard error.isNoSpace else { throw error }
        }
    }

    /// The process that holds the lock, by the kernel's table; nil if there is none, or none that
    /// this one may see (as in another container).
    ///
    /// Looking takes no lock, so it never keeps a process from starting.
    package static func holder(of path: String) -> Int32? {
        LockTable.locks(on: path).first { $0.isWholeFile && !$0.isShared }?.process
    }

    private static func holder(in file: any File) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        guard let count = try? file.read(into: &bytes, 0..<16, at: 0) else { return nil }
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        return text.split(separator: "\n").first.flatMap { Int32($0) }
    }
}
