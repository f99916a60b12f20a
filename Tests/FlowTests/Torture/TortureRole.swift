import Glibc
import Support

/// A role that a supervisor keeps running: what ends without having been killed is noted and started
/// again.
final class TortureRole {
    let name: String
    private let logs: String
    private let begin: () throws -> RunningProcess
    private var process: RunningProcess?
    private var isWanted = false
    private var startedIn: Set<Int32> = []
    private(set) var starts = 0
    /// How many starts found a torn batch.
    private(set) var torn = 0

    /// A role that keeps what its processes wrote in a folder.
    init(_ name: String, logs: String, begin: @escaping () throws -> RunningProcess) {
        self.name = name
        self.logs = logs
        self.begin = begin
    }

    /// Starts it; an end with one of these codes is no fault, as the disk is full.
    func start(allowing codes: Set<Int32> = []) throws {
        isWanted = true
        startedIn = codes
        starts += 1
        process = try begin()
    }

    /// Ends it as a crash would.
    func crash() {
        isWanted = false
        process?.crash()
        keepLog()
    }

    /// Ends it as SIGTERM does; gives what was wrong with that.
    func terminate() throws -> String? {
        isWanted = false
        process?.send(SIGTERM)
        let end = try process?.waitForEnd(upTo: .seconds(15))
        keepLog()
        return end == .exited(0) ? nil : "\(name) ended with \(String(describing: end)) at SIGTERM"
    }

    func freeze() { process?.send(SIGSTOP) }

    func thaw() { process?.send(SIGCONT) }

    /// Starts it again where it has ended by itself; gives what was wrong with that.
    func supervise(allowing codes: Set<Int32>) throws -> String? {
        guard isWanted, let end = process?.endIfAny else { return nil }
        let words = process?.errors.split(separator: "\n").suffix(3).joined(separator: "\n") ?? ""
        keepLog()
        var isAllowed = false
        if case .exited(let code) = end { isAllowed = startedIn.contains(code) }
        try start(allowing: codes)
        return isAllowed ? nil : "\(name) ended by itself (\(end)): \(words)"
    }

    private func keepLog() {
        guard let process else { return }
        if process.errors.contains("torn batch removed") { torn += 1 }
        try? FileSystem.write(process.errors, to: "\(logs)/\(name)-\(starts).log")
        self.process = nil
    }
}
