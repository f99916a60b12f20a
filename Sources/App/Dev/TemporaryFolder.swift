import Files
import Threads

/// A folder that lasts as long as the process wants it.
struct TemporaryFolder {
    let path: String

    /// Makes one of this name, with a number that nobody can foresee.
    init(_ name: String, environment: [String: String]) throws(CommandFailure) {
        let parent = environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        path =
            "\(parent)/\(name)-\(ThisProcess.id)-\(String(UInt64.random(in: 0 ... .max), radix: 36))"
        do {
            try Disk().createFolder(path)
        } catch {
            throw CommandFailure(.io, "\(error)")
        }
    }

    /// Removes it with all that it holds; what cannot be removed stays.
    func remove() {
        Self.remove(path)
    }

    private static func remove(_ path: String) {
        // Only a folder can be listed.
        for name in (try? Disk().list(path)) ?? [] { remove("\(path)/\(name)") }
        try? Disk().remove(path)
    }
}
