import Events
import Journal
import Kafka
import Support
import Testing

@testable import Publisher

@Suite struct RedriveJudgeTests {
    private let now = Timestamp(rfc3339: "2026-03-02T00:00:00Z") ?? Timestamp(seconds: 0)

    private func record(_ reason: String, receivedAt: String? = "2026-03-01T10:00:00Z")
        -> QuarantinedRecord
    {
        var record = QuarantinedRecord(
            place: QuarantinePlace(partition: 0, offset: 7), reason: reason)
        record.sequence = 42
        record.receivedAt = receivedAt
        record.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        return record
    }

    private func judge(
        _ record: QuarantinedRecord, _ body: [UInt8], takesConflicts: Bool = false
    ) -> RedriveJudge.Verdict {
        let settings = RedriveSettings(
            kafka: KafkaConfiguration(), publisher: PublisherConfiguration(),
            catalogue: .shipped, source: "test", bodyLimit: 1 << 20,
            futureLimit: EventScanner.standardFutureLimit)
        return RedriveJudge(settings, takesConflicts: takesConflicts).judge(record, body, now: now)
    }

    private func body(occurredAt: String = "2026-03-01T09:00:00Z") throws -> [UInt8] {
        try Fixture.body(
            "order.updated", eventID: "A1B2C3D4-0000-4000-8000-00000000000a", key: "order-9",
            occurredAt: occurredAt)
    }

    private func why(_ verdict: RedriveJudge.Verdict) -> String? {
        if case .stays(let why) = verdict { why } else { nil }
    }

    @Test func `what can be routed now goes as it would have come from the journal`() throws {
        let body = try body()
        guard case .goes(let route) = judge(record("type"), body) else {
            Issue.record("it stays")
            return
        }
        #expect(route.topic == "telness.order.updated")
        #expect(route.destination == .event(topic: route.destination.topic, entity: "order"))
        #expect(route.journalled.sequence == 42)
        #expect(route.journalled.body == body)
        let entry = route.journalled.entry
        #expect(entry.key == "order-9")
        #expect(entry.eventIDText == "A1B2C3D4-0000-4000-8000-00000000000a")
        #expect(entry.occurredAtText == "2026-03-01T09:00:00Z")
        #expect(entry.receivedAt.rfc3339 == "2026-03-01T10:00:00Z")
        #expect(entry.traceparent?.hasPrefix("00-0af7") == true)
    }

    @Test func `what still cannot be routed stays, and why`() throws {
        #expect(why(judge(record("type"), Array("{}".utf8))) != nil)
        #expect(why(judge(record("type"), Array("{".utf8)))?.hasPrefix("no JSON") == true)
        let text = String(decoding: try body(), as: UTF8.self)
            .replacing("order.updated", with: "order.unheard")
        #expect(
            why(judge(record("type"), Array(text.utf8)))
                == "the catalogue does not have its type")
    }

    @Test func `an event ahead of its time goes once its time has come`() throws {
        #expect(why(judge(record("future"), try body())) == nil)
        #expect(
            why(judge(record("future"), try body(occurredAt: "2026-03-03T00:00:01Z")))
                == "it occurred too far ahead of now")
    }

    @Test func `a conflict goes only by force`() throws {
        #expect(why(judge(record("conflict"), try body()))?.contains("--force") == true)
        #expect(why(judge(record("conflict"), try body(), takesConflicts: true)) == nil)
    }

    @Test func `what another program wrote stays`() throws {
        #expect(why(judge(record(""), try body())) != nil)
        #expect(why(judge(record("type", receivedAt: nil), try body())) != nil)
        var numberless = record("type")
        numberless.sequence = nil
        #expect(why(judge(numberless, try body())) != nil)
    }
}
