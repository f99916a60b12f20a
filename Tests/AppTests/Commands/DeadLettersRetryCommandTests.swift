import Events
import Projection
import Store
import Support
import Testing

@testable import App

struct DeadLettersRetryCommandTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// Keeps documented bodies as letters: the first is an event, the second has another key.
    private func fill() throws {
        let store = try StateStore.open(
            StateFolder(directory.path), .init(Catalogue.shipped, cacheBytes: 1 << 20))
        let body = try Fixture.body("order.updated")
        try store.begin()
        for (offset, key) in ["order-123", "order-9"].enumerated() {
            let key = Array(key.utf8)
            try store.keepDeadLetter(
                .envelope, "before",
                at: RecordPosition(
                    topic: "telness.order.updated", partition: 0, offset: Int64(offset)),
                key: key.span, value: body.span, time: Timestamp(seconds: 1_767_225_600))
        }
        try store.commit()
    }

    private func run(_ line: String) -> CommandSession.End {
        CommandSession().run("\(line) --set state.folder=\(directory.path)")
    }

    @Test(arguments: [
        "dead-letters retry", "dead-letters retry --dry-run", "dead-letters retry --all --number 1",
        "dead-letters retry --number x", "dead-letters retry --until now",
        "dead-letters retry --reason unheard",
    ])
    func `which letters are meant must be said, and said right`(line: String) {
        let end = run(line)
        #expect(end.code == .usage)
        #expect(!end.complaints.isEmpty)
        #expect(end.output.isEmpty)
    }

    @Test func `without a state there is nothing to retry, and none is made`() throws {
        #expect(run("dead-letters retry --all").code == .noInput)
        #expect(try FileSystem.names(in: directory.path).isEmpty)
    }

    @Test func `a dry run says what each is now and changes nothing`() throws {
        try fill()
        let end = run("dead-letters retry --all --dry-run")
        #expect(
            end.output == """
                1  telness.order.updated[0]@0  is an event: order.updated of order order-123
                2  telness.order.updated[0]@1  stays: key: the key is not the entity's id, order-123
                1 would be applied, 1 would stay; nothing was changed

                """)
        #expect(end.code == .negative)
        #expect(run("dead-letters ls -o json").output.split(separator: "\n").count == 2)
        let lines = run("dead-letters retry --number 1 --dry-run -o json")
        #expect(lines.code == .success)
        #expect(lines.output.contains(#""outcome":"event","type":"order.updated""#))
    }

    @Test func `where no consume runs the command does it by itself`() throws {
        try fill()
        let end = run("dead-letters retry --all")
        #expect(end.output == "1 were events (1 applied), 1 stay (1 key)\n")
        #expect(end.code == .negative)
        #expect(run("state get order order-123").code == .success)
        #expect(run("state history order order-123 -o json").output.contains("\"offset\":0"))
        let again = run("dead-letters retry --reason envelope")
        #expect(again.output == "There is no dead letter like that.\n")
        #expect(
            run("dead-letters retry --all -o json").output.contains(
                #""read":1,"applied":{"applied":0,"#))
    }
}
