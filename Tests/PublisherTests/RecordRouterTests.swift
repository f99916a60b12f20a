import Events
import Journal
import Testing

@testable import Kafka
@testable import Publisher

@Suite struct RecordRouterTests {
    private var router = RecordRouter(.shipped, topicPrefix: "p.", source: "the/source")

    private func record(
        _ kind: JournalEntry.Kind = .event, type: String? = "order.updated",
        key: String? = "order-1", id: String? = "A1B2C3D4-0000-4000-8000-00000000000a",
        trace: String? = nil
    ) -> JournalRecord {
        let entry = JournalEntry(
            kind: kind, receivedAt: Timestamp(seconds: 1_700_000_000, nanoseconds: 1_020_000),
            type: type, key: key, eventID: id.flatMap { EventID($0) }, eventIDText: id,
            occurredAtText: "2026-01-02T03:04:05.123+01:00", bodyHash: BodyHash(high: 0, low: 0),
            traceparent: trace, apiKeyName: "main")
        return JournalRecord(sequence: 42, entry: entry, body: [])
    }

    private func headers(
        _ record: JournalRecord, _ destination: RecordRouter.Destination
    ) -> [String] {
        var router = router
        var headers = RecordHeaders()
        router.fill(&headers, of: record, to: destination)
        return headers.headers.map { header in
            "\(header.name): \(String(decoding: headers.bytes[header.value], as: UTF8.self))"
        }
    }

    @Test func `the quarantine is first, then each topic of the catalogue once`() {
        #expect(router.topics.first == "p.quarantine")
        #expect(router.topics.contains("p.order.updated"))
        #expect(Set(router.topics).count == router.topics.count)
    }

    @Test func `an event goes to its type's topic as a CloudEvent, keyed by its entity`() throws {
        let record = record(trace: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        let destination = router.destination(of: record.entry, isRefused: false)
        #expect(router.topics[destination.topic] == "p.order.updated")
        #expect(router.key(of: record.entry, to: destination) == "order-1")
        #expect(
            headers(record, destination) == [
                "ce_specversion: 1.0", "ce_id: A1B2C3D4-0000-4000-8000-00000000000a",
                "ce_type: order.updated", "ce_source: the/source",
                "ce_time: 2026-01-02T03:04:05.123+01:00", "ce_subject: order/order-1",
                "content-type: application/json", "hookline-sequence: 42",
                "hookline-received-at: 2023-11-14T22:13:20.001020000Z",
                "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            ])
    }

    @Test func `what is quarantined says why, and what is known of it`() {
        let record = record(.quarantined(.type), type: "made.up", key: nil)
        let destination = router.destination(of: record.entry, isRefused: false)
        #expect(destination == .quarantine(.type))
        #expect(
            router.key(of: record.entry, to: destination)
                == "A1B2C3D4-0000-4000-8000-00000000000a")
        #expect(
            headers(record, destination) == [
                "hookline-reason: type", "hookline-type: made.up",
                "hookline-event-id: A1B2C3D4-0000-4000-8000-00000000000a",
                "content-type: application/json", "hookline-sequence: 42",
                "hookline-received-at: 2023-11-14T22:13:20.001020000Z",
            ])
    }

    @Test func `in quarantine the key is the entity's, else the event's, else none`() {
        let destination = RecordRouter.Destination.quarantine(.conflict)
        #expect(router.key(of: record().entry, to: destination) == "order-1")
        #expect(router.key(of: record(key: nil, id: nil).entry, to: destination) == nil)
    }

    @Test func `what Kafka refuses goes to the quarantine`() {
        #expect(router.destination(of: record().entry, isRefused: true) == .quarantine(.refused))
        let held = record(.quarantined(.future)).entry
        #expect(router.destination(of: held, isRefused: true) == .quarantine(.future))
    }

    @Test func `a type that the catalogue has lost goes to the quarantine`() {
        let entry = record(type: "no.longer").entry
        #expect(router.destination(of: entry, isRefused: false) == .quarantine(.type))
    }

    @Test func `instants are written as the general way writes them, to the nanosecond`() {
        var text = ReceivedAtText()
        for (seconds, nanoseconds) in [
            (Int64(0), Int32(0)), (0, 1), (0, 999_999_999), (1_790_000_000, 500_000_000),
            (1_790_000_000, 7), (1_790_000_001, 70), (951_782_400, 123_456_789),
        ] {
            let instant = Timestamp(seconds: seconds, nanoseconds: nanoseconds)
            let written = String(decoding: text.text(instant), as: UTF8.self)
            #expect(Timestamp(rfc3339: written) == instant)
            #expect(written.hasSuffix("Z"))
            #expect(written.utf8.count == 30)
        }
    }
}
