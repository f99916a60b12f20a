import Events
import Files
import Support
import Telemetry
import Threads

@testable import Journal

/// A journal in a temporary folder, opened and closed as often as a test likes.
final class JournalFixture {
    let folder: TemporaryDirectory
    var configuration = JournalConfiguration()
    var files: any FileLayer = Disk()
    private(set) var metrics = Metrics()
    private var opened: JournalWriter?
    private var thread: Worker?
    private let ending = Monitor<String?>(nil)

    init(_ change: (inout JournalConfiguration) -> Void = { _ in }) throws {
        folder = try TemporaryDirectory()
        configuration.folder = folder.file("journal")
        configuration.segmentBytes = 1 << 20
        configuration.batchBytes = 1 << 18
        configuration.checkpointMilliseconds = 5
        configuration.dedup.maxIds = 10_000
        configuration.dedup.chunkEntries = 256
        configuration.minFreeBytes = 0
        change(&configuration)
    }

    deinit { close() }

    /// The writer that is open; a test that keeps it keeps the folder's lock.
    var writer: JournalWriter {
        guard let opened else { preconditionFailure("the journal is not open") }
        return opened
    }

    /// Opens the folder as a process that starts does, without a thread that writes.
    func open(at now: Moment = .now()) throws {
        close()
        metrics = Metrics()
        opened = try JournalWriter.open(configuration, files, .silent, metrics, at: now)
    }

    /// Opens the folder, and lets the writer run.
    func start() throws {
        try open()
        run()
    }

    /// Lets the writer that is open run.
    func run() {
        let writer = writer
        ending.update { $0 = nil }
        thread = Worker("journal") { [ending] in
            do {
                try writer.run()
            } catch {
                ending.update { $0 = String(describing: error) }
            }
        }
    }

    /// Stops the writer and lets go of it; what `run` threw, as text.
    @discardableResult
    func close() -> String? {
        opened?.stop()
        thread?.join()
        thread = nil
        opened = nil
        return ending.withLock { $0 }
    }

    /// Another journal with a copy of the folder's files, as a crash at this moment leaves them.
    func crashed() throws -> JournalFixture {
        let configuration = configuration
        let copy = try JournalFixture { $0 = configuration }
        copy.configuration.folder = copy.folder.file("journal")
        try FileSystem.makeFolder(copy.configuration.folder)
        for name in try FileSystem.names(in: configuration.folder) {
            try FileSystem.write(
                FileSystem.bytes(of: path(name)), to: copy.path(name))
        }
        return copy
    }

    /// Whether the metrics say so.
    func tells(_ name: String, _ isRight: (Double) -> Bool) -> Bool {
        metrics.render().split(separator: "\n").contains { line in
            let parts = line.split(separator: " ")
            return parts.first == name[...]
                && parts.last.flatMap { Double($0) }.map(isRight) ?? false
        }
    }

    func path(_ name: String) -> String { "\(configuration.folder)/\(name)" }

    func segment(_ number: UInt64) -> String { path(JournalFolder.name(number)) }

    /// Changes the bytes of a segment.
    func damage(_ number: UInt64, _ change: (inout [UInt8]) -> Void) throws {
        var bytes = try FileSystem.bytes(of: segment(number))
        change(&bytes)
        try FileSystem.write(bytes, to: segment(number))
    }
}

extension JournalWriter {
    /// Appends and waits for the answer.
    func add(
        _ entry: JournalEntry, _ body: [UInt8], monotonic: UInt64 = MonotonicClock.now()
    ) throws(AppendRefusal) -> AppendReceipt {
        let answer = Monitor<Result<AppendReceipt, AppendRefusal>?>(nil)
        append(entry, body: body.span, monotonic: monotonic) { result in
            answer.update { $0 = result }
        }
        return try answer.wait { $0 }.get()
    }

    /// Appends an accepted event with an id of its own.
    @discardableResult
    func add(_ number: Int, bytes: Int = 100) throws(AppendRefusal) -> AppendReceipt {
        let body = Sample.body(number, bytes: bytes)
        return try add(Sample.event(number, body: body), body)
    }

    /// Every record from the beginning, or after one.
    func all(after sequence: UInt64 = 0) throws -> [JournalRecord] {
        let reader = try reader(after: sequence)
        var records: [JournalRecord] = []
        while let record = try reader.next() { records.append(record) }
        return records
    }
}
