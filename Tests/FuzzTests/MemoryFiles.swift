import Files
import Glibc
import Threads

/// A file system in memory, for one test at a time: quick enough for a fuzzer.
final class MemoryFiles: FileLayer {
    private let files = Monitor<[String: MemoryFile]>([:])

    /// The bytes of every file by its path.
    var contents: [String: [UInt8]] { files.withLock { $0.mapValues(\.contents) } }

    /// Puts a file there.
    func put(_ bytes: [UInt8], at path: String) {
        files.withLock { $0[path] = MemoryFile(path, bytes: bytes) }
    }

    func open(_ path: String, _ mode: OpenMode) throws(FileError) -> any File {
        let file = files.withLock { files -> MemoryFile? in
            if files[path] == nil, mode == .create { files[path] = MemoryFile(path) }
            return files[path]
        }
        guard let file else { throw .failed(.open, path: path, code: ENOENT) }
        return file
    }

    func createFolder(_ path: String) {}

    func list(_ folder: String) -> [String] {
        files.withLock { files in
            files.keys.filter { $0.hasPrefix(folder + "/") }
                .map { String($0.dropFirst(folder.count + 1)) }.sorted()
        }
    }

    func rename(_ path: String, to other: String) {
        files.withLock { files in files[other] = files.removeValue(forKey: path) }
    }

    func remove(_ path: String) {
        _ = files.withLock { $0.removeValue(forKey: path) }
    }

    func syncFolder(_ path: String) {}

    func freeBytes(_ path: String) -> Int { 1 << 40 }
}

/// One file of it.
final class MemoryFile: File {
    let path: String
    private let bytes: Monitor<[UInt8]>

    init(_ path: String, bytes: [UInt8] = []) {
        self.path = path
        self.bytes = Monitor(bytes)
    }

    var contents: [UInt8] { bytes.withLock { $0 } }

    func size() -> Int { bytes.withLock { $0.count } }

    func read(into buffer: inout [UInt8], _ range: Range<Int>, at offset: Int) -> Int {
        let piece = bytes.withLock { $0.dropFirst(offset).prefix(range.count) }
        buffer.replaceSubrange(range.lowerBound..<range.lowerBound + piece.count, with: piece)
        return piece.count
    }

    func write(_ written: Span<UInt8>, at offset: Int) {
        let new = written.array(0..<written.count)
        bytes.withLock { bytes in
            bytes.addZeros(max(0, offset + new.count - bytes.count))
            bytes.replaceSubrange(offset..<offset + new.count, with: new)
        }
    }

    func sync() {}

    func truncate(to size: Int) {
        bytes.withLock { bytes in
            bytes.removeLast(max(0, bytes.count - size))
            bytes.addZeros(size - bytes.count)
        }
    }

    func allocate(_ size: Int) {
        bytes.withLock { $0.addZeros(max(0, size - $0.count)) }
    }

    func tryLock(_ mode: LockMode) -> Bool { true }

    func unlock() {}
}
