internal import Glibc

/// A file of the real file system.
final class DiskFile: File {
    let path: String
    private let descriptor: Int32

    init(_ path: String, _ mode: OpenMode) throws(FileError) {
        let flags =
            switch mode {
            case .read: O_RDONLY
            case .write: O_RDWR
            case .create: O_RDWR | O_CREAT
            }
        self.path = path
        descriptor = unsafe Glibc.open(path, flags | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .failed(.open, path: path, code: errno) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    func size() throws(FileError) -> Int {
        var facts = stat()
        guard unsafe fstat(descriptor, &facts) == 0 else { throw failure(.size) }
        return Int(facts.st_size)
    }

    func read(
        into buffer: inout [UInt8], _ range: Range<Int>, at offset: Int
    ) throws(FileError) -> Int {
        precondition(range.lowerBound >= 0 && range.upperBound <= buffer.count, "outside buffer")
        var done = 0
        while done < range.count {
            let count = unsafe buffer.withUnsafeMutableBytes { bytes in
                unsafe pread(
                    descriptor, bytes.baseAddress?.advanced(by: range.lowerBound + done),
                    range.count - done, offset + done)
            }
            if count == 0 { break }
            if count > 0 { done += count } else if errno != EINTR { throw failure(.read) }
        }
        return done
    }

    func write(_ bytes: Span<UInt8>, at offset: Int) throws(FileError) {
        let code: Int32 = unsafe bytes.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = unsafe pwrite(
                    descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done,
                    offset + done)
                if count > 0 { done += count } else if errno != EINTR { return errno }
            }
            return 0
        }
        guard code == 0 else { throw .failed(.write, path: path, code: code) }
    }

    func sync() throws(FileError) {
        // Never tried again: after a failure the kernel may count the pages as written.
        guard fdatasync(descriptor) == 0 else { throw failure(.sync) }
    }

    func truncate(to size: Int) throws(FileError) {
        guard ftruncate(descriptor, size) == 0 else { throw failure(.truncate) }
    }

    func allocate(_ size: Int) throws(FileError) {
        let code = posix_fallocate(descriptor, 0, size)
        guard code == 0 else { throw .failed(.allocate, path: path, code: code) }
    }

    func tryLock(_ mode: LockMode) throws(FileError) -> Bool {
        while flock(descriptor, (mode == .shared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0 {
            switch errno {
            case EINTR: continue
            case EWOULDBLOCK: return false
            default: throw failure(.lock)
            }
        }
        return true
    }

    func unlock() {
        flock(descriptor, LOCK_UN)
    }

    private func failure(_ operation: FileOperation) -> FileError {
        .failed(operation, path: path, code: errno)
    }
}
