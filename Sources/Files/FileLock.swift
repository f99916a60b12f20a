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
        var facts = stat()
        guard unsafe stat(path, &facts) == 0,
            let table = unsafe fopen("/proc/locks", "re")
        else { return nil }
        defer { unsafe fclose(table) }
        let mark = ":\(facts.st_ino)"
        var line = [CChar](repeating: 0, count: 256)
        while unsafe fgets(&line, Int32(line.count), table) != nil {
            // 1: FLOCK  ADVISORY  WRITE 4711 fe:00:16221290 0 EOF
            let text = line.prefix { $0 != 0 }.map { UInt8(truncatingIfNeeded: $0) }
            let words = String(decoding: text, as: UTF8.self).split(separator: " ")
            guard words.count > 5, words[1] == "FLOCK", words[3] == "WRITE",
                words[5].hasSuffix(mark)
            else { continue }
            return Int32(words[4])
        }
        return nil
    }

    private static func holder(in file: any File) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        guard let count = try? file.read(into: &bytes, 0..<16, at: 0) else { return nil }
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        return text.split(separator: "\n").first.flatMap { Int32($0) }
    }
}
