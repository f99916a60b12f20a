import Glibc
import Testing

/// One system call that fails, and what must come of it.
struct SyscallFault: Sendable, CustomTestStringConvertible {
    /// When it fails.
    enum Moment: String, Sendable {
        /// While `serve` starts with an empty folder.
        case start
        /// While it starts with what a crash under load left.
        case recovery
        /// Under load.
        case load
    }

    /// What must come of it.
    enum Outcome: String, Sendable {
        /// The process names file and reason, and ends with 74.
        case ends
        /// Nobody notices.
        case goesOn
        /// Webhooks are refused with 503 for as long as the call fails, and taken again then.
        case refuses
    }

    /// The error that stands for: a part of the bytes is written.
    static let short: Int32 = 0

    let call: String
    /// What the path holds: a file of the journal's folder, or the folder itself.
    let file: String
    let number: Int
    let error: Int32
    let moment: Moment
    let outcome: Outcome
    /// How many bytes a pwrite must have to be the one.
    var bytes = 0...Int(Int32.max)
    /// Whether it takes a Kafka to come to that call.
    var needsKafka = false
    /// The only thread whose calls count, by its name; nil for every thread.
    var thread: String?

    init(
        _ call: String, _ file: String, _ error: Int32, _ moment: Moment, _ outcome: Outcome,
        number: Int = 1, bytes: ClosedRange<Int> = 0...Int(Int32.max), kafka: Bool = false,
        thread: String? = nil
    ) {
        self.thread = thread
        self.call = call
        self.file = file
        self.number = number
        self.error = error
        self.moment = moment
        self.outcome = outcome
        self.bytes = bytes
        needsKafka = kafka
    }

    /// The error's name, as messages have it.
    var errorName: String {
        let names = [
            EIO: "EIO", ENOSPC: "ENOSPC", EDQUOT: "EDQUOT", EMFILE: "EMFILE", EINTR: "EINTR",
            EACCES: "EACCES", Self.short: "short",
        ]
        return names[error] ?? "errno \(error)"
    }

    var testDescription: String {
        let kind = bytes == SyscallFault.zeroing ? " of zeros" : ""
        let thread = thread.map { " of \($0)" } ?? ""
        return "\(call)\(kind)\(thread) \(file) #\(number) \(errorName) at \(moment) \(outcome)"
    }

    /// For the interposer, with the file that it makes when the call has failed.
    func environment(sign: String) -> [String: String] {
        let filter = thread.map { ["INTERPOSER_THREAD": $0] } ?? [:]
        return filter.merging([
            "INTERPOSER_CALL": call, "INTERPOSER_PATH": file, "INTERPOSER_NUMBER": "\(number)",
            "INTERPOSER_ERRNO": "\(error)", "INTERPOSER_SIGN": sign,
            "INTERPOSER_REPEAT": outcome == .refuses ? "1" : "0",
            "INTERPOSER_LEAST": "\(bytes.lowerBound)", "INTERPOSER_MOST": "\(bytes.upperBound)",
        ]) { $1 }
    }

    /// The helper zeroes a MiB at a time; a batch of the tests is smaller.
    static let zeroing = 1_000_000...Int(Int32.max)
    private static let batch = 1...999_999

    /// What can fail, in the order in which it is called.
    static let table = starts + recoveries + batches + preparations + checkpoints

    private static let starts: [SyscallFault] = [
        SyscallFault("open", "/lock", EMFILE, .start, .ends),
        SyscallFault("flock", "/lock", EIO, .start, .ends),
        SyscallFault("flock", "/lock", EINTR, .start, .goesOn),
        SyscallFault("ftruncate", "/lock", EIO, .start, .ends),
        SyscallFault("pwrite", "/lock", EIO, .start, .ends),
        SyscallFault("pwrite", "/lock", ENOSPC, .start, .goesOn),
        SyscallFault("open", "/journal.new", ENOSPC, .start, .ends),
        SyscallFault("pwrite", "/journal.new", EIO, .start, .ends),
        SyscallFault("pwrite", "/journal.new", short, .start, .goesOn),
        SyscallFault("fdatasync", "/journal.new", EIO, .start, .ends),
        SyscallFault("rename", "/journal.new", EIO, .start, .ends),
        SyscallFault("fsync", "/journal", EIO, .start, .ends),
        SyscallFault("open", "/publish.1", EDQUOT, .start, .ends),
        SyscallFault("posix_fallocate", "/publish.0", ENOSPC, .start, .ends),
        SyscallFault("posix_fallocate", "/ids", ENOSPC, .start, .ends),
        SyscallFault("pwrite", "/ids", EIO, .start, .ends),
        SyscallFault("fdatasync", "/ids", EIO, .start, .ends),
        SyscallFault("pwrite", ".segment", ENOSPC, .start, .ends),
    ]

    private static let recoveries: [SyscallFault] = [
        SyscallFault("open", ".segment", EMFILE, .recovery, .ends, number: 1),
        SyscallFault("open", ".segment", EIO, .recovery, .ends, number: 4),
        SyscallFault("pwrite", ".segment", EIO, .recovery, .ends, bytes: batch),
        SyscallFault("pwrite", ".segment", EINTR, .recovery, .goesOn, bytes: batch),
        SyscallFault("pwrite", ".segment", short, .recovery, .goesOn, bytes: batch),
        SyscallFault("fdatasync", ".segment", EIO, .recovery, .ends),
        SyscallFault("fsync", "/journal", EIO, .recovery, .ends),
        SyscallFault("remove", "99.segment", EIO, .recovery, .ends),
    ]

    private static let batches: [SyscallFault] = [
        SyscallFault("pwrite", ".segment", EIO, .load, .ends, number: 1, bytes: batch),
        SyscallFault("pwrite", ".segment", EIO, .load, .ends, number: 7, bytes: batch),
        SyscallFault("pwrite", ".segment", ENOSPC, .load, .ends, number: 3, bytes: batch),
        SyscallFault("pwrite", ".segment", EDQUOT, .load, .ends, number: 4, bytes: batch),
        SyscallFault("pwrite", ".segment", EINTR, .load, .goesOn, number: 2, bytes: batch),
        SyscallFault("pwrite", ".segment", short, .load, .goesOn, number: 5, bytes: batch),
        // The first ones are of zeros.
        SyscallFault("fdatasync", ".segment", EIO, .load, .ends, number: 5),
        SyscallFault("fdatasync", ".segment", EIO, .load, .ends, number: 8),
        SyscallFault("fdatasync", ".segment", ENOSPC, .load, .ends, number: 11),
        // The helper's sync drops bytes of the file, whoever wrote them: no want of room.
        SyscallFault("fdatasync", ".segment", ENOSPC, .load, .ends, thread: "journal-keeper"),
        SyscallFault(
            "fdatasync", ".segment", EDQUOT, .load, .ends, number: 3, thread: "journal-keeper"),
    ]

    private static let preparations: [SyscallFault] = [
        SyscallFault("pwrite", ".segment", ENOSPC, .load, .refuses, number: 2, bytes: zeroing),
        SyscallFault("pwrite", ".segment", EDQUOT, .load, .refuses, number: 3, bytes: zeroing),
        SyscallFault("pwrite", ".segment", EIO, .load, .ends, number: 4, bytes: zeroing),
        SyscallFault("pwrite", ".segment", short, .load, .goesOn, number: 3, bytes: zeroing),
        SyscallFault("open", "2.segment", ENOSPC, .load, .refuses),
        SyscallFault("open", "2.segment", EMFILE, .load, .ends),
        SyscallFault("fsync", "/journal", EIO, .load, .ends, number: 3),
        SyscallFault("rename", ".segment", EIO, .load, .ends, kafka: true),
        SyscallFault("rename", ".segment", ENOSPC, .load, .goesOn, kafka: true),
        SyscallFault("flock", ".segment", EINTR, .load, .goesOn, kafka: true),
        SyscallFault("flock", ".segment", EIO, .load, .ends, kafka: true),
    ]

    private static let checkpoints: [SyscallFault] = [
        SyscallFault("pwrite", "/publish.", EIO, .load, .ends, kafka: true),
        SyscallFault("pwrite", "/publish.", ENOSPC, .load, .ends, number: 2, kafka: true),
        SyscallFault("pwrite", "/publish.", short, .load, .goesOn, kafka: true),
        // Two are made with a sync each.
        SyscallFault("fdatasync", "/publish.", EIO, .load, .ends, number: 3, kafka: true),
        // The first ones belong to the start.
        SyscallFault("pwrite", "/ids", EIO, .load, .ends, number: 2, kafka: true),
        SyscallFault("pwrite", "/ids", ENOSPC, .load, .ends, number: 2, kafka: true),
        SyscallFault("pwrite", "/ids", EINTR, .load, .goesOn, number: 2, kafka: true),
        SyscallFault("fdatasync", "/ids", EIO, .load, .ends, number: 2, kafka: true),
        SyscallFault("fdatasync", "/ids", ENOSPC, .load, .ends, number: 2, kafka: true),
    ]
}
