import Events
import Files
import Glibc
import Support
import Testing
import Threads

@testable import Journal

@Suite(.timeLimit(.minutes(10))) struct JournalWriterTests {
    private let journal: JournalFixture
    private let disk = FaultyDisk()

    init() throws {
        journal = try JournalFixture()
        journal.files = disk
    }

    @Test func `what is appended is there after a restart, in order`() throws {
        try journal.start()
        for number in 1...50 {
            let receipt = try journal.writer.add(number)
            #expect(receipt.position == UInt64(number))
            #expect(receipt.status == .accepted)
            #expect(!receipt.duplicate)
        }
        let before = try journal.writer.all()
        #expect(before.map(\.sequence) == Array(1...50))
        #expect(before[6].body == Sample.body(7))
        #expect(journal.close() == nil)
        try journal.start()
        #expect(try journal.writer.all() == before)
        #expect(try journal.writer.add(51).position == 51)
    }

    @Test func `a second process is told who holds the folder`() throws {
        try journal.start()
        #expect {
            try JournalWriter.open(journal.configuration)
        } throws: {
            String(describing: $0).contains("is locked by process \(getpid())")
        }
        try journal.writer.add(1)
    }

    @Test func `records go from segment to segment`() throws {
        try journal.start()
        for number in 1...300 { try journal.writer.add(number, bytes: 20_000) }
        #expect(journal.writer.depth.segments > 4)
        let bodies = (1...300).map { Sample.body($0, bytes: 20_000) }
        #expect(try journal.writer.all().map(\.body) == bodies)
        journal.close()
        try journal.start()
        #expect(try journal.writer.all().count == 300)
    }

    @Test func `what many threads append is there, each of its own in order`() throws {
        try journal.start()
        let threads = (0..<8).map { thread in
            Worker("client \(thread)") { [writer = journal.writer] in
                for number in 0..<100 { _ = try? writer.add(thread * 1000 + number, bytes: 3000) }
            }
        }
        for thread in threads { thread.join() }
        let records = try journal.writer.all()
        #expect(records.map(\.sequence) == Array(1...800))
        for thread in 0..<8 {
            let own = records.compactMap { $0.entry.eventID.map { Int($0.high) } }
                .filter { $0 / 1000 == thread }
            #expect(own == (0..<100).map { thread * 1000 + $0 })
        }
        #expect(journal.tells("hookline_journal_records_total") { $0 == 800 })
    }

    @Test func `what waits for one sync is one batch`() throws {
        try journal.open()
        let answers = Counting()
        for number in 1...100 {
            let body = Sample.body(number)
            journal.writer.append(Sample.event(number, body: body), body: body.span) { _ in
                _ = answers.next()
            }
        }
        #expect(answers.value == 0)
        journal.run()
        try eventually("the answers") { answers.value == 100 }
        #expect(journal.tells("hookline_journal_batch_records_count") { $0 == 1 })
    }

    @Test func `more than a batch takes is refused at once`() throws {
        try journal.open()
        let refusals = Monitor<[AppendRefusal]>([])
        for number in 1...10 {
            let body = Sample.body(number, bytes: 50_000)
            journal.writer.append(Sample.event(number, body: body), body: body.span) { result in
                if case .failure(let refusal) = result { refusals.update { $0.append(refusal) } }
            }
        }
        #expect(refusals.withLock { $0 } == Array(repeating: .full, count: 5))
        journal.run()
        try eventually("there is room again") {
            (try? journal.writer.add(10, bytes: 50_000)) != nil
        }
    }

    @Test(arguments: [FileOperation.write, .sync])
    func `a failing disk refuses all who wait and ends`(operation: FileOperation) throws {
        try journal.start()
        try journal.writer.add(1)
        disk.fail { what, path in what == operation && path.hasSuffix(".segment") ? EIO : nil }
        #expect(throws: AppendRefusal.failed) { try journal.writer.add(2) }
        disk.fail(nil)
        #expect(throws: AppendRefusal.failed) { try journal.writer.add(3) }
        #expect(throws: AppendRefusal.failed) { try journal.writer.add(2) }
        #expect(journal.writer.durableSequence == 1)
        #expect(journal.close()?.contains("EIO") == true)
        // After the failed sync the record may be there, once.
        try journal.start()
        #expect(try journal.writer.add(2).position == 2)
        #expect(try journal.writer.all().count == 2)
    }

    @Test func `a stop answers what waits, and refuses the rest`() throws {
        try journal.open()
        let answers = Monitor<[Bool]>([])
        for number in 1...20 {
            let body = Sample.body(number)
            journal.writer.append(Sample.event(number, body: body), body: body.span) { result in
                answers.update { $0.append((try? result.get()) != nil) }
            }
        }
        journal.writer.stop()
        #expect(throws: AppendRefusal.stopping) { try journal.writer.add(21) }
        journal.run()
        answers.wait { $0.count == 20 ? () : nil }
        #expect(answers.withLock { $0.allSatisfy { $0 } })
        #expect(journal.close() == nil)
    }

    @Test func `each stop leaves an end mark, and the records follow on`() throws {
        for round in 0..<5 {
            try journal.start()
            try journal.writer.add(round + 1)
            #expect(journal.close() == nil)
        }
        try journal.start()
        #expect(try journal.writer.all().count == 5)
    }

    @Test func `what is published is known after a restart`() throws {
        try journal.start()
        for number in 1...10 { try journal.writer.add(number) }
        #expect(journal.writer.depth.records == 10)
        #expect(journal.writer.depth.bytes > 0)
        try journal.writer.recordPublished(PublishPosition(through: 6))
        #expect(journal.writer.depth.records == 4)
        try eventually("a checkpoint without a stop") {
            let copy = try journal.crashed()
            try copy.open()
            return copy.writer.published.through == 6
        }
        try journal.writer.recordPublished(PublishPosition(through: 10))
        #expect(journal.writer.depth.records == 0)
        #expect(journal.writer.depth.oldestSeconds == 0)
        journal.close()
        try journal.start()
        #expect(journal.writer.published.through == 10)
    }

    @Test func `what is published after the end is written at once`() throws {
        try journal.start()
        for number in 1...10 { try journal.writer.add(number) }
        let writer = journal.writer
        journal.close()
        try writer.recordPublished(PublishPosition(through: 9))
        let copy = try journal.crashed()
        try copy.open()
        #expect(copy.writer.published.through == 9)
    }

    @Test func `waiting for what is durable ends with it, or with the time`() throws {
        try journal.start()
        #expect(journal.writer.waitForDurable(after: 0, upTo: .milliseconds(5)) == 0)
        let writer = journal.writer
        let waiter = Monitor<UInt64?>(nil)
        let thread = Worker("waiter") {
            let sequence = writer.waitForDurable(after: 0, upTo: .seconds(30))
            waiter.update { $0 = sequence }
        }
        try journal.writer.add(1)
        #expect(waiter.wait { $0 } == 1)
        thread.join()
    }

    @Test func `the journal's id stays`() throws {
        try journal.start()
        let id = journal.writer.id
        #expect(id.utf8.count == 32)
        try journal.start()
        #expect(journal.writer.id == id)
    }
}
