/// The library that makes system calls of `hookline` fail and its clock go wrong (`Interposer.h`
/// says how), and the environment that lays it under the program.
package enum InterposerLibrary {
    /// Where it lies, or nil where it cannot be used: it was not built beside the program, or a
    /// sanitizer sits between the two.
    package static let path: String? = {
        guard let binary = try? Binary.path() else { return nil }
        let folder = binary.split(separator: "/").dropLast()
        if folder.contains(where: { $0.hasPrefix(".build-") }) { return nil }
        let path = "/\(folder.joined(separator: "/"))/libInterposer.so"
        return FileSystem.exists(path) ? path : nil
    }()

    /// The environment of a program under it, with these variables for it.
    package static func environment(_ variables: [String: String]) -> [String: String] {
        guard let path else { return [:] }
        return variables.merging(["LD_PRELOAD": path]) { $1 }
    }
}
