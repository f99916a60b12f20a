import Events
import JSON
import Projection
import Support
import Testing

@Suite struct RecordReaderTests {
    private let reader = RecordReader(catalogue: .shipped, prefix: "")

    private func body(
        type: String = "order.updated", id: String = "order-1",
        occurredAt: String = "2024-01-15T10:30:00Z", more: String = ""
    ) -> String {
        """
        {"eventId":"b3a2d5c4-1f2e-4a6b-9c7d-1234567890ab","type":"\(type)",
        "occurredAt":"\(occurredAt)","data":{"orderId":"\(id)","price":2.50\(more)}}
        """
    }

    private func read(
        _ value: String?, key: String? = "order-1", topic: String = "order.updated",
        timestamp: Int64? = nil
    ) -> RecordContent? {
        let key = key.map { Array($0.utf8) }
        let value = value.map { Array($0.utf8) }
        return try? reader.read(
            key: key?.span, value: value?.span, topic: topic, timestamp: timestamp)
    }

    private func reason(_ content: RecordContent?) -> DeadLetterReason? {
        guard case .deadLetter(let reason, _, _) = content else { return nil }
        return reason
    }

    @Test func `a value longer than any ingress takes is not read, and one as long as that is`() {
        let frame = body(more: #","long":"""#).utf8.count
        for (length, expected) in [
            (RecordReader.valueLimit, nil), (RecordReader.valueLimit + 1, DeadLetterReason.size),
        ] {
            let long = String(repeating: "x", count: length - frame)
            #expect(reason(read(body(more: #","long":"\#(long)""#))) == expected)
        }
    }

    @Test func `an event that occurred 400 days after its record was written is no event`() throws {
        let written = try #require(Timestamp(rfc3339: "2024-01-01T00:00:00Z")).milliseconds
        for (occurredAt, timestamp, expected) in [
            ("2025-02-04T00:00:00Z", written, nil),
            ("2025-02-04T00:00:01Z", written, DeadLetterReason.future),
            ("9999-12-31T23:59:59Z", written, .future),
            ("9999-12-31T23:59:59Z", nil, nil), ("9999-12-31T23:59:59Z", 0, nil),
            ("1970-01-01T00:00:00Z", written, nil),
        ] {
            let content = read(body(occurredAt: occurredAt), timestamp: timestamp)
            #expect(reason(content) == expected, "\(occurredAt)")
        }
    }

    @Test func `a topic holds the types that go to it, or once went to it`() throws {
        let text = Catalogue.shippedText.replacing(
            "\"order.updated\": {", with: "\"order.updated\": { formerTopics: [\"old.o\"],")
        let reader = RecordReader(
            catalogue: try Catalogue(json5: Array(text.utf8)), prefix: "p.")
        let key = Array("order-1".utf8)
        for (type, topic, belongs) in [
            ("order.updated", "p.order.updated", true), ("order.updated", "old.o", true),
            ("order.updated", "order.updated", false), ("order.updated", "p.old.o", false),
            ("order.submitted", "old.o", false), ("order.submitted", "p.order.submitted", true),
        ] {
            let value = Array(body(type: type).utf8)
            let content = try reader.read(
                key: key.span, value: value.span, topic: topic, timestamp: nil)
            #expect(reason(content) == (belongs ? nil : .type), "\(type) in \(topic)")
        }
    }

    @Test func `an event gives its fields as they came`() throws {
        guard case .event(let event) = read(body(more: #","a":[1, 2]"#)) else {
            Issue.record("no event")
            return
        }
        #expect(event.key == "order-1")
        #expect(
            try EntityState(event, reader).text == #"{"a":[1,2],"orderId":"order-1","price":2.50}"#)
        #expect(reader.further(event.entry).isEmpty)
    }

    @Test func `the catalogue's further fields come as one object`() throws {
        let value = """
            {"eventId":"b3a2d5c4-1f2e-4a6b-9c7d-1234567890ab",
            "type":"order.lineItemStatusChanged","occurredAt":"2024-01-15T10:30:00Z",
            "data":{"order":{"orderId":"order-1"},"lineItemId":"line \\"1\\""}}
            """
        let content = read(value, topic: "order.lineItemStatusChanged")
        guard case .event(let event) = content else {
            Issue.record("no event: \(content)")
            return
        }
        #expect(
            String(decoding: reader.further(event.entry), as: UTF8.self)
                == #"{"lineItemId":"line \"1\""}"#)
    }

    @Test func `what is no event of the topic is a dead letter with its reason`() {
        #expect(reason(read(nil)) == .tombstone)
        #expect(reason(read("")) == .json)
        #expect(reason(read("{\"a\":trux}")) == .json)
        #expect(reason(read("[]")) == .envelope)
        #expect(reason(read(body(type: "order.unheardOf"))) == .envelope)
        #expect(reason(read(body(id: ""))) == .envelope)
        #expect(reason(read(body(more: ",\"n\":1e400"))) == .envelope)
        #expect(reason(read(body(), topic: "order.submitted")) == .type)
        #expect(reason(read(body(), key: nil)) == .key)
        #expect(reason(read(body(), key: "order-2")) == .key)
        #expect(reason(read(body())) == nil)
    }

    @Test func `a dead letter keeps the id of its event where it has one`() throws {
        guard case .deadLetter(.key, let detail, let id) = read(body(), key: "x") else {
            Issue.record("taken")
            return
        }
        #expect(id == EventID("b3a2d5c4-1f2e-4a6b-9c7d-1234567890ab"))
        #expect(detail.contains("order-1"))
    }

    @Test func `a record means the same whenever it is read`() {
        #expect(reason(read(body(occurredAt: "9999-12-31T23:59:59Z"))) == nil)
    }
}
