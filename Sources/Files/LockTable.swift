internal import Glibc

/// The kernel's table of file locks: who holds which, without taking any.
///
/// Only holders that this process may see are there: none in another container.
package enum LockTable {
    /// A lock on a file.
    package struct Entry: Equatable, Sendable {
        /// Whether it is one of flock(2); else it is one of fcntl(2).
        package let isWholeFile: Bool
        /// Whether others may hold it as well.
        package let isShared: Bool
        /// The process that holds it.
        package let process: Int32
        /// The file's number in its file system.
        let file: UInt64
        /// The first byte that is locked.
        package let start: UInt64
    }

    /// This process, as the table names it.
    package static var ownProcess: Int32 { getpid() }

    /// The locks on a file; none if it does not exist or the table cannot be read.
    package static func locks(on path: String) -> [Entry] {
        var facts = stat()
        guard unsafe stat(path, &facts) == 0,
            let table = unsafe fopen("/proc/locks", "re")
        else { return [] }
        defer { unsafe fclose(table) }
        var found: [Entry] = []
        var line = [CChar](repeating: 0, count: 256)
        while unsafe fgets(&line, Int32(line.count), table) != nil {
            let text = line.prefix { $0 != 0 }.map { UInt8(truncatingIfNeeded: $0) }
            guard let entry = entry(String(decoding: text, as: UTF8.self)),
                entry.file == facts.st_ino
            else { continue }
            found.append(entry)
        }
        return found
    }

    /// What a process runs: the first words of its command line up to an option, such as
    /// `hookline state export`; nil if that cannot be seen.
    package static func command(of process: Int32) -> String? {
        guard let file = unsafe fopen("/proc/\(process)/cmdline", "re") else { return nil }
        defer { unsafe fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = unsafe fread(&bytes, 1, bytes.count, file)
        let words = bytes[..<count].split(separator: 0).prefix(3).map {
            String(decoding: $0, as: UTF8.self)
        }
        guard let program = words.first?.split(separator: "/").last else { return nil }
        return ([String(program)] + words.dropFirst().prefix { !$0.hasPrefix("-") })
            .joined(separator: " ")
    }

    /// Reads a line such as `1: FLOCK  ADVISORY  WRITE 4711 fe:00:16221290 0 EOF`.
    static func entry(_ line: String) -> Entry? {
        let words = line.split { $0 == " " || $0 == "\n" }
        // One that waits for a lock has an arrow there.
        guard words.count == 8, let process = Int32(words[4]),
            let file = words[5].split(separator: ":").last.flatMap({ UInt64($0) }),
            let start = UInt64(words[6])
        else { return nil }
        return Entry(
            isWholeFile: words[1] == "FLOCK", isShared: words[3] == "READ", process: process,
            file: file, start: start)
    }
}
