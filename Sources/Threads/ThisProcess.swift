internal import CThreads
internal import Glibc

/// What a process knows of itself.
package enum ThisProcess {
    /// Its number.
    package static var id: Int32 { getpid() }

    /// The variables it was started with; of a repeated one the first counts.
    package static let environment: [String: String] = {
        var variables: [String: String] = [:]
        var index: Int32 = 0
        while let entry = unsafe hookline_environment(index) {
            let pair = unsafe String(cString: entry)
            if let equals = pair.firstIndex(of: "="), variables[String(pair[..<equals])] == nil {
                variables[String(pair[..<equals])] = String(pair[equals...].dropFirst())
            }
            index += 1
        }
        return variables
    }()

    /// Ends it with this code, whatever other threads do.
    package static func exit(_ code: Int32) -> Never {
        Glibc.exit(code)
    }
}
