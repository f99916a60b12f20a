import Events
import Journal
import Testing

@testable import App

@Suite(.timeLimit(.minutes(10))) struct JournalRequeueCommandTests {
    private func journal(_ published: PublishPosition) throws -> SampleJournal {
        let journal = try SampleJournal()
        try journal.add(
            (1...4).map { SampleJournal.event($0) }
                + [
                    SampleJournal.event(5, type: "license.created"),
                    SampleJournal.event(6, type: "x", kind: .quarantined(.type)),
                ],
            published: published)
        return journal
    }

    @Test(arguments: ["", "--dry-run", "--all --from 2"])
    func `it wants to be told which records`(options: String) throws {
        let end = try journal(PublishPosition(through: 6)).run("journal requeue \(options)")
        #expect(end.code == .usage)
    }

    @Test func `a dry run counts by topic`() throws {
        let journal = try journal(PublishPosition(through: 6))
        #expect(
            journal.run("journal requeue --all --dry-run").output == """
                TOPIC                    RECORDS  ACKNOWLEDGED
                telness.license.created        1  -
                telness.order.updated          4  -
                telness.quarantine             1  -
                6 records would be published again

                """)
        #expect(
            journal.run("journal requeue --key order-1 --dry-run -o json").output
                == #"{"dryRun":true,"records":2,"acknowledged":0,"leftToServe":0,"#
                + #""topics":[{"topic":"telness.order.updated","records":2,"acknowledged":0}]}"#
                + "\n")
    }

    @Test func `what is not published yet is left to serve`() throws {
        let journal = try journal(PublishPosition(through: 3))
        let end = journal.run("journal requeue --all --dry-run -o json")
        #expect(end.output.hasPrefix(#"{"dryRun":true,"records":3,"#))
        for options in ["--from 4", "--to 5", "--from 2 --to 4"] {
            let refused = journal.run("journal requeue \(options) --dry-run")
            #expect(refused.code == .negative)
            #expect(refused.complaints.contains("records after 3 are not published yet"))
        }
    }

    @Test func `what a lane holds is left to serve as well`() throws {
        let journal = try journal(SampleJournal.position(6, passingOverOrdersFrom: 3))
        let end = journal.run("journal requeue --all --dry-run -o json")
        #expect(
            end.output.hasPrefix(#"{"dryRun":true,"records":4,"acknowledged":0,"leftToServe":2"#))
    }

    @Test func `under another catalogue than the lanes only what comes before them is published`()
        throws
    {
        let journal = try journal(
            SampleJournal.position(6, passingOverOrdersFrom: 3, routes: 1))
        let end = journal.run("journal requeue --all --dry-run -o json")
        #expect(
            end.output.hasPrefix(#"{"dryRun":true,"records":2,"acknowledged":0,"leftToServe":4"#))
    }

    @Test func `without Kafka it ends, and says what was not acknowledged`() throws {
        let journal = try journal(PublishPosition(through: 6))
        let end = journal.run(
            "journal requeue --from 2 --set kafka.bootstrapServers=127.0.0.1:1")
        #expect(end.code == .unavailable)
        #expect(end.complaints.contains("did not acknowledge 1 of 1 records"))
        #expect(end.complaints.contains("--from 2"))
    }
}
