import Support
import Testing

@testable import App

@Suite(.timeLimit(.minutes(10))) struct JournalCleanCommandTests {
    private let journal: SampleJournal

    init() throws {
        journal = try SampleJournal()
        try journal.add([SampleJournal.event(1)])
        for name in ["torn-0000000001-4096", "torn-0000000001-8192"] {
            try FileSystem.write("torn", to: "\(journal.folder)/\(name)")
        }
    }

    private func names() throws -> [String] {
        try FileSystem.names(in: journal.folder)
    }

    @Test func `the copy that is named goes, and nothing else`() throws {
        let before = try names()
        let end = journal.run("journal clean torn-0000000001-4096")
        #expect(end.code == .success)
        #expect(end.output == "removed torn-0000000001-4096, 4 B\n")
        #expect(try names() == before.filter { $0 != "torn-0000000001-4096" })
    }

    @Test func `every copy goes, and a second time there is none`() throws {
        let before = try names()
        #expect(journal.run("journal clean --all").code == .success)
        #expect(try names() == before.filter { !$0.hasPrefix("torn-") })
        let again = journal.run("journal clean --all")
        #expect(again.code == .success)
        #expect(again.output == "no copy of a torn batch to remove\n")
    }

    @Test func `other files cannot be named`() throws {
        let before = try names()
        for name in ["0000000001.segment", "lock", "torn-", "../journal/torn-0000000001-4096"] {
            #expect(journal.run("journal clean \(name)").code == .noInput)
        }
        #expect(try names() == before)
    }

    @Test func `what is meant must be said`() throws {
        #expect(journal.run("journal clean").code == .usage)
        #expect(journal.run("journal clean torn-0000000001-4096 --all").code == .usage)
        #expect(journal.run("journal ls").output.contains("(journal clean removes it)"))
    }
}
