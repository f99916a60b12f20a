internal import Glibc

/// What was asked of the file system.
package enum FileOperation: String, Sendable {
    /// Reserving room for a file.
    case allocate
    /// Giving a new file its name.
    case create
    /// Making a folder.
    case createFolder = "create folder"
    /// Asking how much room is left.
    case freeSpace = "ask for the free space of"
    /// Reading the names in a folder.
    case list
    /// Taking a lock.
    case lock
    /// Opening or creating a file.
    case open
    /// Reading.
    case read
    /// Removing a file.
    case remove
    /// Giving a file another name.
    case rename
    /// Asking for a file's size.
    case size
    /// Making what was written durable.
    case sync
    /// Cutting a file.
    case truncate
    /// Writing.
    case write
}

/// What the file system refused: the operation, the path, the reason, and what to do.
package enum FileError: Error, Equatable, Sendable {
    /// A system call failed with this errno.
    case failed(FileOperation, path: String, code: Int32)
    /// Another process holds the lock.
    case locked(path: String, holder: Int32?)
    /// The file ends before what was to be read.
    case cutShort(path: String, offset: Int, wanted: Int)

    /// Whether the call found no room, so that it may succeed later.
    ///
    /// Never true of a sync: the kernel has dropped bytes that it had already accepted, whatever
    /// the reason, and no later sync brings them back.
    package var isNoSpace: Bool {
        guard case .failed(let operation, _, let code) = self, operation != .sync else {
            return false
        }
        return code == ENOSPC || code == EDQUOT
    }

    /// Whether the file or folder does not exist.
    package var isMissing: Bool {
        guard case .failed(_, _, let code) = self else { return false }
        return code == ENOENT
    }
}

extension FileError: CustomStringConvertible {
    /// One sentence for the log.
    package var description: String {
        switch self {
        case .failed(let operation, let path, let code):
            let text = unsafe String(cString: strerror(code))
            return "cannot \(operation.rawValue) \(path): \(text) (\(Self.name(of: code)))"
                + Self.advice(for: code)
        case .locked(let path, let holder):
            let who = holder.map { "process \($0)" } ?? "another process"
            return "\(path) is locked by \(who): stop that one first, or use another folder"
        case .cutShort(let path, let offset, let wanted):
            return "\(path) ends before \(wanted) bytes at offset \(offset): the file was cut"
        }
    }

    private static func advice(for code: Int32) -> String {
        switch code {
        case ENOSPC, EDQUOT: "; make room on the disk, or use another one"
        case EACCES, EPERM, EROFS: "; check owner and mode of the folder, and how it is mounted"
        case EIO: "; the disk fails: see the system's log"
        case EMFILE, ENFILE: "; raise the limit on open files"
        case ENOENT, ENOTDIR: "; check the path"
        default: ""
        }
    }

    private static func name(of code: Int32) -> String {
        names[code] ?? "errno \(code)"
    }

    private static let names: [Int32: String] = [
        EACCES: "EACCES", EAGAIN: "EAGAIN", EBADF: "EBADF", EBUSY: "EBUSY", EDQUOT: "EDQUOT",
        EEXIST: "EEXIST", EFBIG: "EFBIG", EINVAL: "EINVAL", EIO: "EIO", EISDIR: "EISDIR",
        EMFILE: "EMFILE", ENAMETOOLONG: "ENAMETOOLONG", ENFILE: "ENFILE", ENOENT: "ENOENT",
        ENOMEM: "ENOMEM", ENOSPC: "ENOSPC", ENOTDIR: "ENOTDIR", ENOTEMPTY: "ENOTEMPTY",
        EOPNOTSUPP: "EOPNOTSUPP", EPERM: "EPERM", EROFS: "EROFS", EXDEV: "EXDEV",
    ]
}
