import Support

/// A small file system of its own for the journal, that can be filled and emptied.
final class TortureDisk {
    let path: String
    private let isMounted: Bool
    /// Why there is none: then the folder is an ordinary one.
    let whyNot: String?

    /// Mounts it at the folder, which is made, where this process may.
    init(_ path: String, megabytes: Int) throws {
        self.path = path
        try FileSystem.makeFolder(path)
        let result = try? RunningProcess.run(
            "mount", ["-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", path])
        isMounted = result?.end == .exited(0)
        whyNot = isMounted ? nil : "no small file system: \(result?.errors ?? "no mount")"
    }

    private var ballast: String { "\(path)/ballast" }

    /// Leaves no byte free.
    func fill() throws {
        guard isMounted else { return }
        _ = try RunningProcess.run("dd", ["if=/dev/zero", "of=\(ballast)", "bs=4096"])
    }

    /// Gives the room back.
    func free() throws {
        try FileSystem.remove(ballast)
    }

    deinit {
        guard isMounted else { return }
        // Lazily: whoever still has a file open there may end later.
        _ = try? RunningProcess.run("umount", ["-l", path])
    }
}
