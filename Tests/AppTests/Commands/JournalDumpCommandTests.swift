import Events
import Journal
import Testing

@testable import App

@Suite(.timeLimit(.minutes(10))) struct JournalDumpCommandTests {
    private func journal() throws -> SampleJournal {
        let journal = try SampleJournal()
        var records = (1...5).map { SampleJournal.event($0) }
        records.append(
            SampleJournal.event(
                6, type: "order.unknown", kind: .quarantined(.type), body: "{ \"a\":\n\"\\u00e9\" }"
            ))
        try journal.add(records, published: PublishPosition(through: 4))
        return journal
    }

    private func sequences(_ end: CommandSession.End) -> [Int] {
        end.output.split(separator: "\n").compactMap { line in
            line.split(separator: ",").first?.split(separator: ":").last.flatMap { Int($0) }
        }
    }

    @Test func `a record is a line of JSON with all that is known of it`() throws {
        let journal = try journal()
        let end = journal.run("journal dump --from 2 --to 2")
        #expect(end.code == .success)
        #expect(
            end.output
                == #"{"sequence":2,"kind":"event","reason":null,"type":"order.updated","#
                + #""key":"order-2","eventId":"00000000-0000-0002-0000-000000000007","#
                + #""occurredAt":"2026-01-01T00:00:00Z","receivedAt":"2026-01-01T00:00:02Z","#
                + #""apiKey":"main","traceparent":null,"#
                + #""bodyHash":"\#(SampleJournal.event(2).entry.bodyHash)","segment":1,"#
                + #""offset":4160,"published":true,"body":{"number":2}}"# + "\n")
    }

    @Test func `a quarantined body is a string, since it may be anything`() throws {
        let end = try journal().run("journal dump --from 6")
        #expect(end.output.contains(#""kind":"quarantined","reason":"type""#))
        #expect(end.output.contains(#""published":false"#))
        #expect(end.output.hasSuffix(#""body":"{ \"a\":\n\"\\u00e9\" }"}"# + "\n"))
    }

    @Test func `raw is the bodies byte for byte, and nothing else`() throws {
        let end = try journal().run("journal dump --output raw --from 5")
        #expect(end.output == "{\n  \"number\": 5\n}\n{ \"a\":\n\"\\u00e9\" }\n")
    }

    @Test(arguments: [
        ("", [1, 2, 3, 4, 5, 6]), ("--limit 2", [1, 2]), ("--from 3 --to 4", [3, 4]),
        ("--type order.unknown", [6]),
        ("--type order.unknown --type order.updated -n 9", [1, 2, 3, 4, 5, 6]),
        ("--key order-1", [1, 4]), ("--event-id 00000000-0000-0003-0000-000000000007", [3]),
        ("--kind event", [1, 2, 3, 4, 5]), ("--kind quarantined", [6]), ("--reason type", [6]),
        ("--reason key", []), ("--since 2026-01-01T00:00:05Z", [5, 6]),
        ("--since 2026-01-01T01:00:02+01:00 --until 2026-01-01T00:00:04Z", [2, 3]),
    ])
    func `the filters say which`(options: String, expected: [Int]) throws {
        #expect(sequences(try journal().run("journal dump \(options)")) == expected)
    }

    @Test(arguments: ["--since yesterday", "--until 2026-01-01", "--from 3 --to 2", "--from 0"])
    func `a wrong filter is a wrong command line`(options: String) throws {
        let end = try journal().run("journal dump \(options)")
        #expect(end.code == .usage)
        #expect(end.output == "")
    }

    @Test func `damage is told and the rest printed`() throws {
        let journal = try journal()
        try journal.damage("0000000001.segment") { $0[4096 + 100] ^= 1 }
        let end = journal.run("journal dump")
        #expect(sequences(end) == [1, 3, 4, 5, 6])
        #expect(end.code == .data)
        #expect(end.complaints.contains("at offset 4096: a promised batch is damaged: records 2"))
    }

    @Test func `records of a topic that is passed over are not published`() throws {
        let journal = try SampleJournal()
        try journal.add(
            [1, 2, 3].map { SampleJournal.event($0) }
                + [SampleJournal.event(4, type: "license.created")],
            published: SampleJournal.position(4, passingOverOrdersFrom: 2))
        let lines = journal.run("journal dump").output.split(separator: "\n")
        #expect(lines.map { $0.contains(#""published":true"#) } == [true, false, false, true])
    }
}
