internal import Glibc

/// The real file system.
package struct Disk: FileLayer {
    /// The real file system.
    package init() {}

    /// Opens a file; a new one is readable by its owner only.
    package func open(_ path: String, _ mode: OpenMode) throws(FileError) -> any File {
        try DiskFile(path, mode)
    }

    /// Creates a folder and its parents, durably.
    package func createFolder(_ path: String) throws(FileError) {
        if unsafe mkdir(path, 0o700) == 0 { return try syncFolder(folder(of: path)) }
        switch errno {
        case EEXIST: return
        case ENOENT where path.contains("/") && folder(of: path) != path:
            try createFolder(folder(of: path))
            guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
                throw .failed(.createFolder, path: path, code: errno)
            }
            try syncFolder(folder(of: path))
        case let code: throw .failed(.createFolder, path: path, code: code)
        }
    }

    /// The names in a folder, sorted.
    package func list(_ folder: String) throws(FileError) -> [String] {
        guard let stream = unsafe opendir(folder) else {
            throw .failed(.list, path: folder, code: errno)
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else { break }
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw .failed(.list, path: folder, code: errno) }
        return names.sorted()
    }

    /// Creates a file with these bytes, durably and all at once; false if the path is in use.
    ///
    /// Whatever happens meanwhile, the path names the whole file or what it named before; of
    /// several processes that try it, one succeeds.
    package func create(_ path: String, with bytes: [UInt8]) throws(FileError) -> Bool {
        let new = "\(path).new-\(String(UInt64.random(in: 0 ... .max), radix: 36))"
        let file = try open(new, .create)
        defer { unsafe unlink(new) }
        try file.write(bytes.span, at: 0)
        try file.sync()
        guard unsafe link(new, path) == 0 else {
            guard errno == EEXIST else { throw .failed(.create, path: path, code: errno) }
            return false
        }
        try syncFolder(folder(of: path))
        return true
    }

    /// Gives a file another name.
    package func rename(_ path: String, to other: String) throws(FileError) {
        guard unsafe Glibc.rename(path, other) == 0 else {
            throw .failed(.rename, path: path, code: errno)
        }
    }

    /// Removes a file, or an empty folder.
    package func remove(_ path: String) throws(FileError) {
        guard unsafe Glibc.remove(path) == 0 else {
            throw .failed(.remove, path: path, code: errno)
        }
    }

    /// Makes durable which names a folder holds.
    package func syncFolder(_ path: String) throws(FileError) {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .failed(.sync, path: path, code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .failed(.sync, path: path, code: errno) }
    }

    /// How many bytes an ordinary process may still write there.
    package func freeBytes(_ path: String) throws(FileError) -> Int {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .failed(.freeSpace, path: path, code: errno) }
        defer { close(descriptor) }
        var facts = statvfs()
        guard unsafe fstatvfs(descriptor, &facts) == 0 else {
            throw .failed(.freeSpace, path: path, code: errno)
        }
        return Int(facts.f_bavail) * Int(facts.f_frsize)
    }
}
