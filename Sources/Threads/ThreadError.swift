internal import Glibc

/// Why the system starts no thread.
package struct ThreadError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The name that the thread was to have.
    package let thread: String
    /// The system's error number.
    package let code: Int32

    /// What happened, to what, and what to do.
    package var description: String {
        let reason = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
        return "the system does not start the thread \(thread) (\(reason)): raise the limit on "
            + "threads (ulimit -u, or the container's pids limit) or the memory, then start "
            + "hookline again"
    }
}
