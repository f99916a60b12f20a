import Events
import Files
import Support
import Synchronization
import Testing
import Threads

@testable import Journal

/// What the journal makes of the same webhook, and of nearly the same one.
@Suite(.timeLimit(.minutes(10))) struct DuplicateTests {
    private let journal: JournalFixture
    private let first = Sample.body(1)
    private let second = Sample.body(2)

    init() throws {
        journal = try JournalFixture()
        try journal.start()
    }

    private func add(
        _ number: Int, _ body: [UInt8], type: String = "order.updated",
        kind: JournalEntry.Kind = .event
    ) throws -> AppendReceipt {
        try journal.writer.add(Sample.event(number, type: type, body: body, kind: kind), body)
    }

    @Test func `the same body again is the first copy`() throws {
        #expect(try add(1, first).position == 1)
        let again = try add(1, first)
        #expect(again.position == 1)
        #expect(again.duplicate)
        #expect(again.status == .accepted)
        #expect(journal.writer.durableSequence == 1)
    }

    @Test func `another body for an accepted event is a conflict, once`() throws {
        _ = try add(1, first)
        let conflict = try add(1, second)
        #expect(conflict.status == .quarantined(.conflict))
        #expect(conflict.position == 2)
        #expect(!conflict.duplicate)
        let again = try add(1, second)
        #expect(again.status == .quarantined(.conflict))
        #expect(again.position == 2)
        #expect(again.duplicate)
        #expect(try add(1, first).status == .accepted)
        #expect(try journal.writer.all().map(\.entry.kind) == [.event, .quarantined(.conflict)])
    }

    @Test func `a step of the clock forgets nothing`() throws {
        func add(_ number: Int, _ body: [UInt8], days: Int64) throws -> AppendReceipt {
            let received = Timestamp.now().adding(seconds: days * 86_400)
            return try journal.writer.add(
                Sample.event(number, body: body, receivedAt: received), body)
        }
        #expect(try add(1, first, days: 0).position == 1)
        #expect(try add(1, first, days: 30).duplicate)
        #expect(try add(2, second, days: 30).position == 2)
        #expect(try add(1, first, days: -30).duplicate)
        #expect(try add(2, second, days: 0).duplicate)
    }

    @Test func `after months without a webhook a start forgets nothing`() throws {
        let past = Timestamp.now().adding(seconds: -100 * 86_400)
        let entry = Sample.event(1, body: first, receivedAt: past)
        let now = Moment(seconds: past.seconds, monotonic: 1)
        journal.close()
        try journal.open(at: now)
        journal.run()
        #expect(try journal.writer.add(entry, first, monotonic: 1).position == 1)
        journal.close()
        try journal.start()
        #expect(try add(1, first).duplicate)
    }

    @Test func `beside a quarantined body another one is what it is`() throws {
        #expect(try add(1, first, kind: .quarantined(.key)).status == .quarantined(.key))
        #expect(try add(1, second).status == .accepted)
        #expect(try add(1, first).status == .quarantined(.key))
        #expect(try add(1, Sample.body(3)).status == .quarantined(.conflict))
    }

    @Test func `the same id under another type is an event, and told`() throws {
        _ = try add(1, first)
        let other = try add(1, second, type: "order.submitted")
        #expect(other.status == .accepted)
        #expect(other.eventIDSeenUnderAnotherType)
        #expect(try !add(2, second).eventIDSeenUnderAnotherType)
    }

    @Test func `of one id sixteen quarantined bodies are found again, and no further one`() throws {
        #expect(try add(1, first).status == .accepted)
        for number in 2...40 {
            let conflict = try add(1, Sample.body(number))
            #expect(conflict.status == .quarantined(.conflict))
            #expect(!conflict.duplicate)
        }
        try eventually("the others are counted") {
            journal.tells("hookline_journal_ids_capped_total") { $0 == 23 }
        }
        for _ in 0..<2 {
            // What is accepted is found again, and so is what is new under another id or type.
            #expect(try add(1, first).position == 1)
            #expect(try add(1, Sample.body(17)).position == 17)
            let further = try add(1, Sample.body(18))
            #expect(!further.duplicate)
            #expect(further.status == .quarantined(.conflict))
            try journal.start()
        }
        let other = try add(1, second, type: "order.submitted")
        #expect(other.status == .accepted)
        #expect(try add(1, second, type: "order.submitted").position == other.position)
        // Whatever it is quarantined for: the id is full.
        let type = try add(1, first, type: "order.unknown", kind: .quarantined(.type))
        #expect(type.status == .quarantined(.conflict))
        #expect(try !add(1, first, type: "order.unknown", kind: .quarantined(.type)).duplicate)
    }

    @Test func `a body without an id is held once`() throws {
        let entry = JournalEntry(
            kind: .quarantined(.envelope), receivedAt: .now(),
            bodyHash: BodyHash(hashing: first.span), apiKeyName: "main")
        #expect(try journal.writer.add(entry, first).position == 1)
        #expect(try journal.writer.add(entry, first).duplicate)
        #expect(journal.writer.depth.records == 1)
    }

    @Test func `all of it is known after every restart`() throws {
        _ = try add(1, first)
        _ = try add(1, second)
        _ = try add(2, first, kind: .quarantined(.future))
        for _ in 0..<3 {
            try journal.start()
            #expect(try add(1, first).status == .accepted)
            #expect(try add(1, second).status == .quarantined(.conflict))
            #expect(try add(2, first).status == .quarantined(.future))
            #expect(journal.writer.durableSequence == 3)
        }
    }

    @Test func `past the window it is new`() throws {
        journal.close()
        journal.configuration.dedup.windowHours = 1
        try journal.start()
        let now = Timestamp.now()
        let start = MonotonicClock.now()
        func add(after seconds: Int64) throws -> AppendReceipt {
            let entry = Sample.event(
                1, body: first, receivedAt: now.adding(seconds: seconds))
            return try journal.writer.add(
                entry, first, monotonic: start + UInt64(seconds) * 1_000_000_000)
        }
        #expect(try !add(after: 0).duplicate)
        #expect(try add(after: 3500).duplicate)
        #expect(try !add(after: 3700).duplicate)
        try journal.start()
        #expect(try add(after: 3700).position == 2)
    }

    @Test func `a copy waits until the first is on disk`() throws {
        journal.close()
        let disk = FaultyDisk()
        journal.files = disk
        try journal.open()
        let events = Monitor<[String]>([])
        let body = first
        let append = { [journal] (name: String) in
            journal.writer.append(Sample.event(1, body: body), body: body.span) { result in
                let text = (try? result.get()).map { "\(name) \($0.position) \($0.duplicate)" }
                events.update { $0.append(text ?? "\(name) refused") }
            }
        }
        // The writer sleeps in its sync until the other copies are in.
        let copies = Monitor(false)
        disk.fail { operation, path in
            if operation == .sync, path.hasSuffix("01.segment") {
                events.update { $0.append("sync") }
                copies.wait { $0 ? () : nil }
            }
            return nil
        }
        append("open")
        append("beside")
        #expect(events.withLock { $0 } == [])
        journal.run()
        events.wait { $0 == ["sync"] ? () : nil }
        append("late")
        #expect(events.withLock { $0 } == ["sync"])
        copies.update { $0 = true }
        events.wait { $0.count >= 4 ? () : nil }
        let ends = events.withLock { $0.filter { $0 != "sync" } }
        #expect(ends == ["open 1 false", "beside 1 true", "late 1 true"])
    }

    @Test func `of many copies at once from many threads one is new`() throws {
        let fresh = Counting()
        let copies = Counting()
        let threads = (0..<8).map { thread in
            Worker("client \(thread)") { [writer = journal.writer] in
                for number in 0..<200 {
                    let body = Sample.body(number)
                    guard let receipt = try? writer.add(Sample.event(number, body: body), body)
                    else { continue }
                    _ = receipt.duplicate ? copies.next() : fresh.next()
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(fresh.value == 200)
        #expect(copies.value == 1400)
        #expect(try journal.writer.all().count == 200)
    }
}
