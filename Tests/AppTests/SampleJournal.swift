import Events
import Journal
import Publisher
import Support
import Threads

/// A journal in a temporary folder, for commands that read its files.
final class SampleJournal {
    let directory: TemporaryDirectory
    private var configuration = JournalConfiguration()

    /// The time at which the first record was received.
    static let start: Int64 = 1_767_225_600

    init() throws {
        directory = try TemporaryDirectory()
        configuration.folder = directory.file("journal")
        configuration.segmentBytes = 2 << 20
        configuration.batchBytes = 2 << 20
        configuration.dedup.maxIds = 1000
    }

    var folder: String { configuration.folder }

    /// Appends the entries with these bodies, each a batch, and notes how far all is published.
    func add(
        _ records: [(entry: JournalEntry, body: [UInt8])], published: PublishPosition? = nil
    ) throws {
        let writer = try JournalWriter.open(configuration)
        let thread = Worker("journal") { try? writer.run() }
        for record in records {
            let isDone = Monitor(false)
            writer.append(record.entry, body: record.body.span) { _ in isDone.update { $0 = true } }
            isDone.wait { $0 ? () : nil }
        }
        if let published { try writer.recordPublished(published) }
        writer.stop()
        thread.join()
    }

    /// An event of an order, each second one.
    static func event(
        _ number: Int, type: String = "order.updated", kind: JournalEntry.Kind = .event,
        body: String? = nil
    ) -> (entry: JournalEntry, body: [UInt8]) {
        let id = EventID(high: UInt64(number), low: 7)
        let body = Array((body ?? "{\n  \"number\": \(number)\n}").utf8)
        let entry = JournalEntry(
            kind: kind, receivedAt: Timestamp(seconds: start + Int64(number)), type: type,
            key: "order-\(number % 3)", eventID: id, eventIDText: id.description,
            occurredAtText: "2026-01-01T00:00:00Z", bodyHash: BodyHash(hashing: body.span),
            apiKeyName: "main")
        return (entry, body)
    }

    /// A position in which updates of orders are behind.
    static func position(
        _ through: UInt64, passingOverOrdersFrom first: UInt64, routes: UInt64? = nil
    ) -> PublishPosition {
        let router = RecordRouter(.shipped, topicPrefix: "telness.", source: "")
        return PublishPosition(
            through: through, lanes: [.init(topic: "telness.order.updated", first: first)],
            routes: routes ?? router.digest)
    }

    /// Changes the bytes of a file of the folder.
    func damage(_ name: String, _ change: (inout [UInt8]) -> Void) throws {
        var bytes = try FileSystem.bytes(of: "\(folder)/\(name)")
        change(&bytes)
        try FileSystem.write(bytes, to: "\(folder)/\(name)")
    }

    func run(_ line: String) -> CommandSession.End {
        CommandSession().run("\(line) --journal \(folder)")
    }
}
