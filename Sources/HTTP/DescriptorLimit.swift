internal import Glibc

/// How many files and sockets the process may have open.
enum DescriptorLimit {
    /// What is left to everything but connections: segments, databases, Kafka.
    static let others = 512

    /// Raises the limit for so many connections, as far as the system allows; gives how many fit.
    static func raise(forConnections connections: Int) -> Int {
        let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard unsafe getrlimit(files, &limit) == 0 else { return connections }
        let wanted = rlim_t(connections + others)
        if limit.rlim_cur < wanted {
            limit.rlim_cur = min(wanted, limit.rlim_max)
            _ = unsafe setrlimit(files, &limit)
            _ = unsafe getrlimit(files, &limit)
        }
        return min(connections, max(1, Int(clamping: limit.rlim_cur) - others))
    }
}
