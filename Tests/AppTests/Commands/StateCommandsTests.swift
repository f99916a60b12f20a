import Events
import Projection
import Store
import Support
import Testing

@testable import App

struct StateCommandsTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        let store = try StateStore.open(
            StateFolder(directory.path), .init(Catalogue.shipped, cacheBytes: 1 << 20))
        try store.begin()
        for number in 1...3 {
            try Self.apply("order.updated", "order-\(number)", [("state", "\"NEW\"")], to: store)
        }
        try Self.apply(
            "license.created", "license-1", [("status", "\"A\""), ("details", "{ \"n\": 2.50 }")],
            to: store)
        try store.commit()
    }

    private static func apply(
        _ type: String, _ id: String, _ fields: [(String, String)], to store: StateStore
    ) throws {
        let version = Version(
            occurredAt: Timestamp(seconds: 1_767_225_600), updatedAt: nil, rank: 20,
            eventID: EventID(high: 1, low: 2), bodyHash: BodyHash(hashing: Array(id.utf8).span))
        let event = StoredEvent(
            entry: try #require(Catalogue.shipped[type]), id: id, version: version,
            position: RecordPosition(topic: type, partition: 3, offset: 7), further: [])
        _ = try store.apply(event, fields)
    }

    private func run(_ line: String) -> CommandSession.End {
        CommandSession().run("\(line) --set state.folder=\(directory.path)")
    }

    @Test func `an entity is printed a field a line`() {
        #expect(
            run("state get license license-1").output == """
                details  2026-01-01T00:00:00Z  {"n":2.50}
                status   2026-01-01T00:00:00Z  "A"

                """)
    }

    @Test func `for scripts it is the line of an export`() {
        #expect(
            run("state get license license-1 -o json").output
                == #"{"entity":"license","id":"license-1","#
                + #""state":{"details":{"n":2.50},"status":"A"}}"# + "\n")
    }

    @Test func `what is not there is said, with what is`() {
        #expect(
            run("state get order order-9")
                == .init(
                    code: .negative, output: "",
                    complaints: "hookline: the state holds no order order-9\n"))
        #expect(
            run("state history licence x").complaints
                == "hookline: the state holds no licence: it holds license, order\n")
    }

    @Test func `a history is a table, or a line of JSON an event`() {
        #expect(
            run("state history order order-2").output == """
                OCCURRED              TYPE           OUTCOME  RECORD              \
                EVENT                                 FURTHER
                2026-01-01T00:00:00Z  order.updated  applied  order.updated[3]@7  \
                00000000-0000-0001-0000-000000000002  -

                """)
        let hash = BodyHash(hashing: Array("order-2".utf8).span)
        #expect(
            run("state history order order-2 -o json").output
                == #"{"eventId":"00000000-0000-0001-0000-000000000002","type":"order.updated","#
                + #""occurredAt":"2026-01-01T00:00:00Z","updatedAt":null,"rank":20,"#
                + #""bodyHash":"\#(hash)","outcome":"applied","#
                + #""topic":"order.updated","partition":3,"offset":7,"further":null}"# + "\n")
    }

    @Test func `an explanation names for each field the event that set it`() throws {
        #expect(
            run("state explain license license-1").output == """
                FIELD    VALUE       SET BY           EVENT                                 \
                OCCURRED              RECORD
                details  {"n":2.50}  license.created  00000000-0000-0001-0000-000000000002  \
                2026-01-01T00:00:00Z  license.created[3]@7
                status   "A"         license.created  00000000-0000-0001-0000-000000000002  \
                2026-01-01T00:00:00Z  license.created[3]@7

                """)
        let json = run("state explain license license-1 -o json").output
        #expect(json.hasPrefix(#"{"entity":"license","id":"license-1","newest":{"eventId":"#))
        #expect(json.contains(#""setBy":{"details":{"eventId":"#))
        #expect(run("state explain license license-2").code == .negative)
    }

    @Test func `before its first event there was nothing, and Kafka is not asked`() {
        let end = run("state get order order-1 --at 2025-12-31")
        #expect(end.code == .negative)
        #expect(end.complaints.contains("its first event occurred at 2026-01-01T00:00:00Z"))
        #expect(run("state explain order order-1 --at yesterday").code == .usage)
    }

    @Test func `a list has a limit and goes on after an id`() {
        let first = run("state list order -n 2").output.split(separator: "\n")
        #expect(first.count == 4)
        #expect(first.last == "more: --after order-2")
        #expect(
            run("state list order --after order-2 -o json").output
                == #"{"entity":"order","id":"order-3","fields":1,"newest":"2026-01-01T00:00:00Z"}"#
                + "\n")
        #expect(
            run("state list").output == """
                ENTITY   COUNT
                license      1
                order        3

                """)
    }

    @Test func `an export is sorted, a line an entity`() {
        let lines = run("state export").output.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines.first?.contains("license-1") == true)
        #expect(
            lines.last == #"{"entity":"order","id":"order-3","state":{"state":"NEW"}}"#)
        #expect(run("state export license").output.split(separator: "\n").count == 1)
    }

    @Test func `a folder without state is told`() {
        let end = CommandSession().run("state list --set state.folder=\(directory.file("no"))")
        #expect(end.code == .noInput)
    }
}
