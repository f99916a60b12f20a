import Events
import Journal
import Testing

@testable import Publisher

@Suite struct PositionTextTests {
    private let fingerprint = RecordFingerprint(text: "0f")

    @Test func `a position is read as it was written`() throws {
        let lanes = [
            PublishPosition.Lane(topic: "telness.order.updated", first: 7),
            PublishPosition.Lane(topic: "telness.quarantine", first: 20),
        ]
        for position in [
            PublishPosition(through: 0), PublishPosition(through: .max >> 2),
            PublishPosition(through: 40, lanes: lanes, routes: .max),
        ] {
            for writer: UInt64? in [nil, 0, .max] {
                let written = PositionText(position, fingerprint, writer: writer)
                let read = PositionText(written.text, nextOffset: Int64(position.through) + 1)
                #expect(read == written)
            }
        }
    }

    @Test func `the texts of both versions are what they were`() {
        let position = PublishPosition(
            through: 40, lanes: [PublishPosition.Lane(topic: "telness.a", first: 7)], routes: 255)
        let former = PositionText("1 0f ff telness.a=7", nextOffset: 41)
        #expect(former == PositionText(position, fingerprint, writer: nil))
        let present = PositionText("2 0f ff 1c telness.a=7", nextOffset: 41)
        #expect(present == PositionText(position, fingerprint, writer: 28))
        #expect(present?.text == "2 0f ff 1c telness.a=7")
    }

    @Test func `as many lanes as a checkpoint takes fit beside an offset`() {
        let names = (0..<14).map { String(repeating: "x", count: 247) + "\($0 + 10)" }
        let position = PublishPosition(
            through: .max >> 1,
            lanes: names.map { PublishPosition.Lane(topic: $0, first: .max >> 1) }, routes: .max)
        let hash = RecordFingerprint(text: String(repeating: "f", count: 32))
        #expect(PositionText(position, hash, writer: .max).text.utf8.count <= 4096)
    }

    @Test(arguments: [
        "", "1", "1 0f", "2 0f 0", "2 0f 0 telness.a=1", "3 0f 0 1", "1 0f x", "1 0f 0 telness.a",
        "1 0f 0 telness.a=x",
        "1 0f 0 telness.a=0",
    ])
    func `what no version wrote is not read`(_ text: String) {
        #expect(PositionText(text, nextOffset: 5) == nil)
        #expect(PositionText("1 0f 0", nextOffset: 0) == nil)
    }

    @Test func `a fingerprint tells copies of a body apart`() {
        func record(_ seconds: Int64, _ id: String) -> JournalRecord {
            JournalRecord(
                sequence: 1,
                entry: JournalEntry(
                    kind: .event, receivedAt: Timestamp(seconds: seconds), eventIDText: id,
                    bodyHash: BodyHash(high: 1, low: 2), apiKeyName: ""), body: [])
        }
        #expect(RecordFingerprint(record(1, "a")) == RecordFingerprint(record(1, "a")))
        #expect(RecordFingerprint(record(1, "a")) != RecordFingerprint(record(2, "a")))
        #expect(RecordFingerprint(record(1, "a")) != RecordFingerprint(record(1, "b")))
    }
}
