import Journal
import Support
import Testing

@testable import App

@Suite(.timeLimit(.minutes(10))) struct JournalCommandsTests {
    private func journal(_ published: PublishPosition? = nil) throws -> SampleJournal {
        let journal = try SampleJournal()
        try journal.add((1...5).map { SampleJournal.event($0) }, published: published)
        return journal
    }

    @Test func `a listing says what each segment holds, and what waits`() throws {
        let journal = try journal(PublishPosition(through: 3))
        let output = journal.run("journal ls").output
        let lines = output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines[0].first == "journal")
        #expect(lines[1].joined(separator: " ") == "nobody writes it now")
        #expect(lines[2].joined(separator: " ") == "published: up to record 3, 2 records wait")
        #expect(lines[3].first == "SEGMENT")
        #expect(lines[4].prefix(5) == ["1", "1", "5", "5", "24576"])
        #expect(lines[4].last == "partly")
        #expect(lines.last?.prefix(7).joined(separator: " ") == "5 records in 1 of 2 segments,")
    }

    @Test func `a listing says which topics are passed over`() throws {
        let journal = try journal(
            PublishPosition(
                through: 5, lanes: [.init(topic: "telness.order.updated", first: 4)], routes: 1))
        let end = journal.run("journal ls")
        #expect(end.output.contains("passed over: telness.order.updated, from record 4 on"))
        #expect(
            journal.run("journal ls -o json").output.contains(
                #""lanes":[{"topic":"telness.order.updated","first":4}]"#))
    }

    @Test func `for scripts it is one line of JSON`() throws {
        let journal = try journal(PublishPosition(through: 5))
        let output = journal.run("journal ls -o json").output
        #expect(output.split(separator: "\n").count == 1)
        #expect(output.contains(#""publishedThrough":5,"lanes":[],"records":5,"unpublished":0"#))
        #expect(output.contains(#""segments":[{"number":1,"first":1,"last":5,"records":5,"#))
        #expect(output.contains(#""published":"yes","unfinished":false}"#))
    }

    @Test func `a journal that is sound ends with 0`() throws {
        let journal = try journal()
        #expect(
            journal.run("journal verify")
                == .init(
                    code: .success,
                    output: "sound: 5 records (1 to 5), segments: 1, 24.0 KiB, stopped in order\n",
                    complaints: ""))
        #expect(
            journal.run("journal verify -o json").output
                == #"{"result":"sound","segments":1,"batches":6,"records":5,"bytes":24576,"#
                + #""first":1,"last":5,"endMark":true,"unfinished":[]}"# + "\n")
    }

    @Test func `a torn end ends with 1, and says what it means`() throws {
        let journal = try journal()
        try journal.damage("0000000001.segment") { $0[5 * 4096 + 9] ^= 1 }
        try journal.damage("0000000001.segment") { $0[5 * 4096 + 200] ^= 1 }
        let end = journal.run("journal verify")
        #expect(end.code == .negative)
        #expect(
            end.output.hasPrefix(
                "torn: \(journal.folder)/0000000001.segment at offset 20480: the last batch is not")
        )
        #expect(end.output.contains("torn at the end: 5 records"))
    }

    @Test func `promised bytes that are damaged end with 65, each with its place`() throws {
        let journal = try journal()
        for batch in [1, 3] {
            try journal.damage("0000000001.segment") { $0[batch * 4096 + 100] ^= 1 }
        }
        let end = journal.run("journal verify -o json")
        #expect(end.code == .data)
        let lines = end.output.split(separator: "\n")
        #expect(lines.count == 3)
        for (line, offset) in zip(lines, [4096, 3 * 4096]) {
            #expect(line.hasPrefix(#"{"fault":"corrupt","file":""#))
            #expect(line.contains("\"offset\":\(offset),"))
        }
        #expect(lines.last?.hasPrefix(#"{"result":"corrupt","#) == true)
    }

    @Test func `one damaged file of a checkpoint ends with 1`() throws {
        let journal = try journal(PublishPosition(through: 5))
        try journal.damage("publish.0") { $0[40] ^= 1 }
        let end = journal.run("journal verify")
        #expect(end.code == .negative)
        #expect(end.output.hasPrefix("recoverable: \(journal.folder)/publish.0: "))
    }

    @Test(arguments: ["journal ls", "journal verify"])
    func `where there is no journal they say so`(line: String) throws {
        let directory = try TemporaryDirectory()
        let end = CommandSession().run("\(line) --journal \(directory.file("none"))")
        #expect(end.code == .noInput)
        #expect(end.complaints.contains("none"))
        #expect(try FileSystem.names(in: directory.path).isEmpty, "nothing is made")
    }

    @Test func `an id that is damaged is data that is wrong`() throws {
        let journal = try journal()
        try journal.damage("journal") { $0[12] ^= 1 }
        #expect(journal.run("journal verify").code == .data)
        #expect(journal.run("journal ls").code == .data)
    }
}
