import Events
import Files
import Support
import Testing
import Threads

@testable import Journal

/// The journal that version 0.1.0 left is taken over: killed, with a torn tail and records that
/// wait for Kafka.
@Suite(.timeLimit(.minutes(10))) struct FormerJournalTests {
    private let directory: TemporaryDirectory
    private var configuration = JournalConfiguration()

    init() throws {
        directory = try TemporaryDirectory()
        configuration.folder = try FormerVersion.unpack("journal", into: directory)
        configuration.segmentBytes = 2 << 20
        configuration.batchBytes = 2 << 20
        configuration.dedup.maxIds = 1000
        configuration.minFreeBytes = 0
    }

    @Test func `its records are read, the torn batch is kept aside, and the rest waits`() throws {
        let writer = try JournalWriter.open(configuration)
        let records = try writer.all()
        let expected = try FormerVersion.expected("journal-dump.jsonl")
        #expect(records.count == 434)
        #expect(records.count == expected.count)
        for (record, line) in zip(records, expected) {
            #expect(line.hasPrefix("{\"sequence\":\(record.sequence),"))
            #expect(line.contains("\"bodyHash\":\"\(record.entry.bodyHash)\""))
        }
        #expect(writer.durableSequence == 434)
        #expect(writer.published.through == 389)
        let torn = try JournalFiles(configuration.folder).torn()
        #expect(torn.map(\.name) == ["torn-0000000003-1306624"])
        #expect(torn.map(\.bytes) == [28_672])
    }

    @Test func `every webhook that it accepted is known, and the next one follows`() throws {
        let writer = try JournalWriter.open(configuration)
        let records = try writer.all()
        #expect(writer.depth.ids == 434)
        for record in records {
            var answer: Result<AppendReceipt, AppendRefusal>?
            let received = Received()
            writer.append(record.entry, body: record.body.span) { received.answer = $0 }
            answer = received.answer
            #expect(try answer?.get().duplicate == true, "record \(record.sequence)")
        }
        writer.append(Sample.event(1, body: Sample.body(1)), body: Sample.body(1).span) { _ in }
        #expect(writer.state.withLock { $0.index.next } == 436)
    }

    @Test func `its ids are taken over once, and the files that held them go`() throws {
        var writer: JournalWriter? = try JournalWriter.open(configuration)
        let records = try writer?.all() ?? []
        let names = try FileSystem.names(in: configuration.folder)
        #expect(names.contains("ids"))
        #expect(!names.contains { $0.hasPrefix("ids.") })
        writer = nil
        // Without the segments' help: all of them are in the ring.
        var ring = try IdsRing(
            in: JournalFolder(path: configuration.folder, files: Disk()),
            journal: JournalFiles(configuration.folder).journal, configuration.dedup,
            isWritten: false)
        let index = try ring.load(configuration.dedup, segmentsFrom: .max).index
        #expect(index.count == 434)
        for record in records {
            guard case .known(record.sequence, _) = index.answer(DedupKey(record.entry)) else {
                Issue.record("record \(record.sequence) is not known")
                return
            }
        }
    }

    @Test func `its ids count also where a later version had the journal before`() throws {
        let old = try FileSystem.names(in: configuration.folder).filter { $0.hasPrefix("ids.") }
            .map { ($0, try FileSystem.bytes(of: "\(configuration.folder)/\($0)")) }
        var writer: JournalWriter? = try JournalWriter.open(configuration)
        writer = nil
        // Back to 0.1.0, which does not know the ring, and here again.
        for (name, bytes) in old {
            try FileSystem.write(bytes, to: "\(configuration.folder)/\(name)")
        }
        writer = try JournalWriter.open(configuration)
        #expect(writer?.depth.ids == 434)
        #expect(try !FileSystem.names(in: configuration.folder).contains { $0.hasPrefix("ids.") })
    }

    private final class Received: @unchecked Sendable {
        // Safe because: the test is one thread, and no writer runs.
        var answer: Result<AppendReceipt, AppendRefusal>?
    }
}
