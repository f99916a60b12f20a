/// What an earlier version left on disk: `Tests/Fixtures/VERSION`.
package enum FormerVersion {
    /// Unpacks an archive of version 0.1.0 into the folder, and gives the path of what it held.
    package static func unpack(
        _ name: String, into folder: TemporaryDirectory
    ) throws -> String {
        let archive = "\(SourceTree.top)/Tests/Fixtures/0.1.0/\(name).tar.gz"
        let done = try RunningProcess.run("tar", ["-xzf", archive, "-C", folder.path])
        guard done.end == .exited(0) else {
            throw TimedOut(description: "cannot unpack \(archive): \(done.errors)")
        }
        return folder.file(name)
    }

    /// The lines of what version 0.1.0 printed of it.
    package static func expected(_ name: String) throws -> [String] {
        try FileSystem.text(of: "\(SourceTree.top)/Tests/Fixtures/0.1.0/expected/\(name)")
            .split(separator: "\n").map(String.init)
    }
}
