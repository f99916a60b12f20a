import Glibc

/// A folder of its own for a test, removed with the last reference to it.
package final class TemporaryDirectory: Sendable {
    /// Where it is, absolute.
    package let path: String

    /// Makes the folder in `TMPDIR`, or in `/tmp`; one that need not outlast the machine in memory,
    /// where syncs cost nothing and the system has a place for it.
    package init(inMemory: Bool = false) throws {
        let usual = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        let parent = inMemory && FileSystem.isFolder("/dev/shm") ? "/dev/shm" : usual
        var template = Array("\(parent)/hookline-test-XXXXXX".utf8CString)
        path = try unsafe template.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress, let made = unsafe mkdtemp(start) else {
                throw SystemFailure("make a temporary folder in \(parent)")
            }
            return unsafe String(cString: made)
        }
    }

    /// The path of a file or folder in it.
    package func file(_ name: String) -> String {
        "\(path)/\(name)"
    }

    deinit {
        // A folder left in /tmp is no reason for a test to fail.
        try? FileSystem.remove(path)
    }
}
