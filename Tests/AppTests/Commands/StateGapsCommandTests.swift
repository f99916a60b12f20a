import Events
import Store
import Support
import Testing

@testable import App

struct StateGapsCommandTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func keep(_ gaps: [Gap]) throws {
        let store = try StateStore.open(
            StateFolder(directory.path), .init(Catalogue.shipped, cacheBytes: 1 << 20))
        try store.begin()
        for gap in gaps { try store.passOver(gap, to: nil) }
        try store.commit()
    }

    private func run(_ line: String) -> CommandSession.End {
        CommandSession().run("\(line) --set state.folder=\(directory.path)")
    }

    private func gap(_ first: Int64, _ end: Int64?) -> Gap {
        Gap(
            topic: "t", partition: 3, first: first, end: end, reason: "removed", detail: "gone",
            time: Timestamp(seconds: 1_767_225_600))
    }

    @Test func `nothing that was passed over is said in so many words`() throws {
        try keep([])
        #expect(
            run("state gaps")
                == .init(code: .success, output: "No records are missing.\n", complaints: ""))
        #expect(run("state gaps -o json") == .init(code: .success, output: "", complaints: ""))
    }

    @Test func `what lay before the beginning is listed, and is no reason for 1`() throws {
        try keep([.before(7, topic: "t", partition: 3)])
        let table = run("state gaps")
        #expect(table.code == .success)
        #expect(
            table.output.contains("t[3]       0 to 6   before  the partition began at offset 7"))
        try keep([gap(9, 12)])
        #expect(run("state gaps").code == .negative)
    }

    @Test func `what was passed over is a line each, and the end is 1`() throws {
        try keep([gap(5, 9), gap(7, nil)])
        let table = run("state gaps")
        #expect(table.code == .negative)
        #expect(
            table.output == """
                NOTICED               PARTITION  MISSING       WHAT     FOUND
                2026-01-01T00:00:00Z  t[3]       5 to 8        removed  gone
                2026-01-01T00:00:00Z  t[3]       7 to unknown  removed  gone

                """)
        #expect(
            run("state gaps -o json").output == """
                {"topic":"t","partition":3,"first":5,"last":8,"reason":"removed",\
                "detail":"gone","noticedAt":"2026-01-01T00:00:00Z"}
                {"topic":"t","partition":3,"first":7,"last":null,"reason":"removed",\
                "detail":"gone","noticedAt":"2026-01-01T00:00:00Z"}

                """)
    }
}
