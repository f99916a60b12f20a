import Glibc

/// The program under test.
package enum Binary {
    /// The path of `hookline`: `BINARY_UNDER_TEST`, or what was built beside the running tests.
    package static func path() throws -> String {
        if let named = Environment["BINARY_UNDER_TEST"] { return named }
        let own = try linkTarget("/proc/self/exe")
        let folder = own.split(separator: "/").dropLast().joined(separator: "/")
        let path = "/\(folder)/hookline"
        guard FileSystem.exists(path) else { throw SystemFailure("find \(path)", code: ENOENT) }
        return path
    }

    private static func linkTarget(_ link: String) throws -> String {
        guard let target = unsafe realpath(link, nil) else {
            throw SystemFailure("follow \(link)")
        }
        defer { unsafe free(target) }
        return unsafe String(cString: target)
    }
}
