import Events
import Projection
import Store
import Support
import Testing

@testable import App

struct DeadLetterCommandsTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        let store = try StateStore.open(
            StateFolder(directory.path), .init(Catalogue.shipped, cacheBytes: 1 << 20))
        try store.begin()
        try Self.keep(.json, "no\u{1b}[2J JSON", Array("no JSON".utf8), 1, store)
        try Self.keep(.tombstone, "the record has no value", nil, 2, store)
        try Self.keep(.json, "cut", [0xFF, 0x00], 3, store)
        try Self.keep(
            .json, "long", [UInt8](repeating: 0x61, count: 1_200_000), 4, store)
        try store.commit()
    }

    private static func keep(
        _ reason: DeadLetterReason, _ detail: String, _ value: [UInt8]?, _ offset: Int64,
        _ store: StateStore
    ) throws {
        let key = Array("order-1".utf8)
        try store.keepDeadLetter(
            reason, detail,
            at: RecordPosition(topic: "telness.order.updated", partition: 3, offset: offset),
            key: reason == .tombstone ? nil : key.span, value: value?.span,
            time: Timestamp(seconds: 1_767_225_600 + offset))
    }

    private func run(_ line: String) -> CommandSession.End {
        CommandSession().run("\(line) --set state.folder=\(directory.path)")
    }

    @Test func `a list has a line a letter, and no terminal is moved by it`() {
        let end = run("dead-letters ls -n 2")
        #expect(
            end.output
                == """
                NUMBER  REASON     RECORD                    MET                   BYTES  WHY
                     1  json       telness.order.updated[3]@1  2026-01-01T00:00:01Z      7  no?[2J JSON
                     2  tombstone  telness.order.updated[3]@2  2026-01-01T00:00:02Z      0  \
                the record has no value

                """.replacing(
                    "RECORD                    MET", with: "RECORD                      MET"))
        #expect(end.code == .success)
    }

    @Test func `filters and cursor choose, and nothing is said in so many words`() {
        func numbers(_ options: String) -> [String] {
            run("dead-letters ls -o json \(options)").output.split(separator: "\n").map {
                String($0.split(separator: ",")[0].split(separator: ":")[1])
            }
        }
        #expect(numbers("") == ["1", "2", "3", "4"])
        #expect(numbers("--reason json") == ["1", "3", "4"])
        #expect(numbers("--reason json --after 1 -n 1") == ["3"])
        #expect(numbers("--topic telness.order.submitted").isEmpty)
        #expect(
            numbers("--since 2026-01-01T00:00:02Z --until 2026-01-01T00:00:04Z") == ["2", "3"])
        #expect(
            run("dead-letters ls --reason key").output == "There is no dead letter like that.\n")
    }

    @Test func `one is shown with all there is, as text or in hexadecimal`() {
        #expect(
            run("dead-letters show 1").output == """
                number  1
                record  telness.order.updated[3]@1
                reason  json: no?[2J JSON
                met     2026-01-01T00:00:01Z
                key     order-1
                value   7 bytes

                no JSON

                """)
        #expect(run("dead-letters show 2").output.contains("key     none\nvalue   none\n"))
        #expect(
            run("dead-letters show 3").output.hasSuffix(
                "00000000  ff 00                                            ..\n"))
        let long = run("dead-letters show 4").output
        #expect(long.utf8.count < 70_000)
        #expect(long.contains("1200000 bytes, of which the first 65536 are kept"))
    }

    @Test func `scripts get the value whole, in base64 where it is no text`() {
        #expect(run("dead-letters show 1 -o raw").output == "no JSON")
        #expect(run("dead-letters show 1 -o json").output.contains(#""value":"no JSON"}"#))
        #expect(run("dead-letters show 2 -o json").output.contains(#""value":null}"#))
        #expect(run("dead-letters show 3 -o json").output.contains(#""valueBase64":"/wA="}"#))
        let end = run("dead-letters show 4 -o raw --set kafka.bootstrapServers=127.0.0.1:1")
        #expect(end.output.isEmpty)
        #expect(end.code == .unavailable)
        #expect(end.complaints.contains("its whole value is in Kafka alone"))
    }

    @Test func `what is not there, and what is no number, is said`() {
        #expect(run("dead-letters show 9").code == .negative)
        #expect(run("dead-letters show x").code == .usage)
        #expect(run("dead-letters ls --reason unheard").code == .usage)
        #expect(run("dead-letters ls --since yesterday").code == .usage)
    }
}
