internal import Glibc

/// The lock on a folder: one process has it, and the others are told which.
///
/// It is the kernel's (flock), so it goes with the process however that ends; the file only names
/// the holder. It is given back when the last reference goes.
package final class FileLock: Sendable {
    private let file: any File

    /// Takes the lock, or throws `FileError.locked` with the holder's process id.
    package init(_ path: String, on files: some FileLayer) throws(FileError) {
        file = try files.open(path, .create)
        guard try file.tryLock(.exclusive) else {
            throw .locked(path: path, holder: Self.holder(in: file))
        }
        try file.truncate(to: 0)
        try file.write(Array("\(getpid())\n".utf8).span, at: 0)
    }

    private static func holder(in file: any File) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        guard let count = try? file.read(into: &bytes, 0..<16, at: 0) else { return nil }
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        return text.split(separator: "\n").first.flatMap { Int32($0) }
    }
}
