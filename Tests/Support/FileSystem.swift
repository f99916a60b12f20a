import Glibc

/// A call of the system that failed, with what it was called for.
package struct SystemFailure: Error, CustomStringConvertible {
    /// What was tried, with what, and the system's reason.
    package let description: String

    /// Takes the reason from `errno`, or from the code that the call returned.
    package init(_ what: String, code: Int32 = errno) {
        description = unsafe "\(what): \(String(cString: strerror(code)))"
    }
}

/// The few things that tests do with files, by path.
package enum FileSystem {
    /// The names in a folder, sorted, without `.` and `..`.
    package static func names(in folder: String) throws -> [String] {
        guard let stream = unsafe opendir(folder) else { throw SystemFailure("list \(folder)") }
        defer { _ = unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Whether something lies at the path.
    package static func exists(_ path: String) -> Bool {
        unsafe access(path, F_OK) == 0
    }

    /// The permission bits of the path itself, such as 0o600.
    package static func mode(of path: String) throws -> UInt32 {
        var facts = stat()
        guard unsafe lstat(path, &facts) == 0 else { throw SystemFailure("look at \(path)") }
        return facts.st_mode & 0o7777
    }

    /// Sets the permission bits.
    package static func change(_ path: String, mode: UInt32) throws {
        guard unsafe chmod(path, mode) == 0 else { throw SystemFailure("change \(path)") }
    }

    /// Whether the path is a folder itself, not a link to one.
    package static func isFolder(_ path: String) -> Bool {
        var information = stat()
        return unsafe lstat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
    }

    /// The whole file.
    package static func bytes(of path: String) throws -> [UInt8] {
        guard let file = unsafe fopen(path, "rb") else { throw SystemFailure("read \(path)") }
        defer { _ = unsafe fclose(file) }
        var bytes: [UInt8] = []
        let piece = 1 << 16
        while true {
            let read = unsafe [UInt8](unsafeUninitializedCapacity: piece) { buffer, count in
                unsafe count = fread(buffer.baseAddress, 1, piece, file)
            }
            if read.isEmpty { break }
            bytes.append(contentsOf: read)
        }
        guard unsafe ferror(file) == 0 else { throw SystemFailure("read \(path)") }
        return bytes
    }

    /// The whole file as text; what is not UTF-8 is replaced.
    package static func text(of path: String) throws -> String {
        String(decoding: try bytes(of: path), as: UTF8.self)
    }

    /// Makes the file, or replaces what it holds.
    package static func write(_ bytes: [UInt8], to path: String) throws {
        guard let file = unsafe fopen(path, "wb") else { throw SystemFailure("write \(path)") }
        let written = unsafe fwrite(bytes, 1, bytes.count, file)
        guard unsafe fclose(file) == 0, written == bytes.count else {
            throw SystemFailure("write \(path)")
        }
    }

    /// Makes the file, or replaces what it holds.
    package static func write(_ text: String, to path: String) throws {
        try write(Array(text.utf8), to: path)
    }

    /// Makes a folder; its parent must be there.
    package static func makeFolder(_ path: String) throws {
        guard unsafe mkdir(path, 0o755) == 0 else { throw SystemFailure("make folder \(path)") }
    }

    /// Removes a file, or a folder with all that it holds; nothing there is no failure.
    package static func remove(_ path: String) throws {
        if isFolder(path) {
            for name in try names(in: path) { try remove("\(path)/\(name)") }
            guard unsafe rmdir(path) == 0 else { throw SystemFailure("remove \(path)") }
        } else {
            guard unsafe unlink(path) == 0 || errno == ENOENT else {
                throw SystemFailure("remove \(path)")
            }
        }
    }
}
