import Events
import JSON
import Support
import Testing

@Suite struct EventScannerTests {
    let scanner = EventScanner(catalogue: .shipped)
    let now = Timestamp(seconds: 1_800_000_000)

    static let keys = [
        "order.submitted": "order-123", "order.updated": "order-123",
        "order.lineItemStatusChanged": "order-123", "license.created": "<string>",
    ]

    @Test(arguments: Fixture.types)
    func `a documented webhook is an event`(_ type: String) throws {
        let body = try Fixture.body(type)
        guard case .event(let event) = scan(body) else {
            Issue.record("\(scan(body))")
            return
        }
        #expect(event.type == type)
        #expect(event.entry === Catalogue.shipped[type])
        #expect(event.key == Self.keys[type])
        #expect(event.eventIDText == "b3a2d5c4-1f2e-4a6b-9c7d-1234567890ab")
        #expect(event.eventID.description == event.eventIDText)
        #expect(event.occurredAtText == "2023-11-07T05:31:56Z")
        #expect(event.occurredAt == Timestamp(rfc3339: event.occurredAtText))
        #expect((event.updatedAt == nil) == (type == "license.created"))
        #expect(event.bodyHash == BodyHash(hashing: body.span))
    }

    @Test(arguments: Fixture.types)
    func `no truncation of a webhook is taken`(_ type: String) throws {
        let body = try Fixture.body(type)
        let end = body.lastIndex(of: UInt8(ascii: "}")) ?? 0
        for length in 0...end {
            guard case .malformed = scan(Array(body[..<length])) else {
                Issue.record("\(type) cut to \(length)")
                return
            }
        }
    }

    @Test(arguments: Fixture.types)
    func `one byte changed gives an answer, and another hash`(_ type: String) throws {
        let body = try Fixture.body(type)
        let hash = BodyHash(hashing: body.span)
        for (index, byte) in body.enumerated() {
            var changed = body
            changed[index] = byte ^ (index % 4 == 0 ? 0x80 : 1)
            switch scan(changed) {
            case .event(let event): #expect(event.bodyHash != hash)
            case .quarantine(_, let parts): #expect(parts.bodyHash != hash)
            case .malformed(let text): #expect(!text.isEmpty)
            case .outOfMemory: Issue.record("no memory for a byte")
            }
        }
    }

    @Test func `the order of the members does not matter`() {
        let members = [
            #""eventId":"B3A2D5C4-1F2E-4A6B-9C7D-1234567890AB""#, #""type":"order.updated""#,
            #""occurredAt":"2026-01-02T03:04:05.5+01:00""#,
            #""data":{"x":[{"orderId":"no"}],"orderId":"o-1","updatedAt":"2026-01-01T00:00:00Z"}"#,
            #""extra":{"eventId":"no"}"#,
        ]
        var count = 0
        for order in permutations(members) {
            guard case .event(let event) = scan("{\(order.joined(separator: " , "))}") else {
                Issue.record("\(order)")
                return
            }
            #expect(event.key == "o-1")
            #expect(event.eventIDText == "B3A2D5C4-1F2E-4A6B-9C7D-1234567890AB")
            #expect(event.eventID.description == "b3a2d5c4-1f2e-4a6b-9c7d-1234567890ab")
            #expect(event.occurredAt == Timestamp(rfc3339: "2026-01-02T02:04:05.500Z"))
            #expect(event.updatedAt == Timestamp(rfc3339: "2026-01-01T00:00:00Z"))
            count += 1
        }
        #expect(count == 120)
    }

    @Test func `names and texts may be escaped`() {
        let body = envelope(
            id: #""event\u0049d""#, type: #""order\u002eupdated""#,
            data: #"{"\u006frderId":"\u00e5\"\/"}"#)
        guard case .event(let event) = scan(body) else {
            Issue.record("\(scan(body))")
            return
        }
        #expect(event.key == "å\"/")
        #expect(event.type == "order.updated")
    }

    @Test(arguments: [
        envelope(eventID: #""b3a2d5c4-1f2e-4a6b-9c7d-1234567890a""#), envelope(eventID: "7"),
        envelope(eventID: #""{b3a2d5c4-1f2e-4a6b-9c7d-1234567890ab}""#), envelope(id: #""id""#),
        envelope(type: #""order updated""#), envelope(type: #""""#), envelope(type: "null"),
        envelope(type: "\"" + String(repeating: "a", count: 129) + "\""),
        envelope(occurredAt: #""2026-01-02T03:04:05""#), envelope(occurredAt: "1700000000"),
        envelope(occurredAt: #""2026-02-29T03:04:05Z""#), envelope(data: "null"),
        envelope(data: #""orderId""#), envelope(data: #"[{"orderId":"1"}]"#), "{}", "[]", "null",
        #""text""#, "12", #"{"data":{}}"#,
    ])
    func `without a usable envelope it is quarantined as such`(_ body: String) {
        #expect(reason(body) == .envelope)
    }

    @Test func `an unknown type is quarantined as such, whatever its data`() {
        for data in [#"{"orderId":"1"}"#, "[]", "null"] {
            #expect(reason(envelope(type: #""custom.workflow_triggered""#, data: data)) == .type)
        }
        #expect(reason(envelope(type: "\"" + String(repeating: "a", count: 128) + "\"")) == .type)
    }

    @Test(arguments: [
        "{}", #"{"orderId":null}"#, #"{"orderId":7}"#, #"{"orderId":""}"#, #"{"orderId":["1"]}"#,
        #"{"orderId":{"orderId":"1"}}"#, #"{"order":{"orderId":"1"}}"#,
    ])
    func `without a usable key it is quarantined as such`(_ data: String) {
        #expect(reason(envelope(data: data)) == .key)
    }

    @Test func `a key has 512 bytes at most`() {
        func keyed(_ count: Int) -> String {
            envelope(data: "{\"orderId\":\"" + String(repeating: "å", count: count / 2) + "\"}")
        }
        guard case .event(let event) = scan(keyed(512)) else {
            Issue.record("512 bytes are refused")
            return
        }
        #expect(event.key.utf8.count == 512)
        #expect(reason(keyed(514)) == .key)
    }

    @Test(arguments: [
        (#"order.updated"#, #"{"orderId":"1","orderId":"1"}"#),
        (#"order.updated"#, #"{"orderId":"1","order\u0049d":"2"}"#),
        (#"order.updated"#, #"{"orderId":"1","updatedAt":null,"updatedAt":null}"#),
        (#"order.lineItemStatusChanged"#, #"{"order":{"orderId":"1"},"order":{}}"#),
        (#"order.lineItemStatusChanged"#, #"{"order":{"orderId":"1","orderId":"1"}}"#),
        (
            #"order.lineItemStatusChanged"#,
            #"{"order":{"orderId":"1","updatedAt":1,"updatedAt":1}}"#
        ),
    ])
    func `a repeat on the way is ambiguous`(_ type: String, _ data: String) {
        #expect(reason(envelope(type: "\"\(type)\"", data: data)) == .ambiguous)
    }

    @Test(arguments: [
        #""eventId":"b3a2d5c4-1f2e-4a6b-9c7d-1234567890ab""#, #""type":"order.updated""#,
        #""occurredAt":"2026-01-02T03:04:05Z""#, #""data":{"orderId":"1"}"#, #""\u0064ata":7"#,
    ])
    func `a repeat in the envelope is ambiguous`(_ member: String) {
        #expect(reason(envelope().dropLast() + "," + member + "}") == .ambiguous)
    }

    @Test func `other repeats are nobody's business`() {
        let data = #"{"orderId":"1","state":"A","state":"B","lineItems":[{"x":1,"x":2}]}"#
        guard case .event = scan(envelope(data: data)) else {
            Issue.record("\(scan(envelope(data: data)))")
            return
        }
    }

    @Test func `an updatedAt that is no time counts as absent`() {
        for text in ["7", "null", #""yesterday""#, #""2026-01-02""#, "{}"] {
            let body = envelope(data: "{\"orderId\":\"1\",\"updatedAt\":\(text)}")
            guard case .event(let event) = scan(body) else {
                Issue.record("\(text)")
                return
            }
            #expect(event.updatedAt == nil)
        }
    }

    @Test func `an event may be a day ahead, not more`() {
        func at(_ seconds: Int64) -> String {
            envelope(occurredAt: "\"\(now.adding(seconds: seconds).rfc3339)\"")
        }
        guard case .event = scan(at(86_400)) else {
            Issue.record("a day ahead is refused")
            return
        }
        #expect(reason(at(86_401)) == .future)
        let strict = EventScanner(catalogue: .shipped, futureLimit: .seconds(10))
        guard
            case .quarantine(.future, let parts) = strict.scan(
                PaddedBytes(at(11)), receivedAt: now)
        else {
            Issue.record("11 seconds ahead are taken")
            return
        }
        #expect(parts.key == "1")
        #expect(parts.entry?.type == "order.updated")
    }

    @Test func `what the parser cannot hold is kept, with what could be read`() {
        let deep = String(repeating: "[", count: 1030) + "0" + String(repeating: "]", count: 1030)
        for (value, reason) in [("1e400", QuarantineReason.number), (deep, .depth)] {
            let body = envelope(data: #"{"x":\#(value),"orderId":"\u0031"}"#)
            guard case .quarantine(reason, let parts) = scan(body) else {
                Issue.record("\(scan(body))")
                return
            }
            #expect(parts.eventIDText == "b3a2d5c4-1f2e-4a6b-9c7d-1234567890ab")
            #expect(parts.type == "order.updated")
            #expect(parts.key == "1")
            #expect(parts.occurredAt == Timestamp(rfc3339: "2026-01-02T03:04:05Z"))
        }
        #expect(reason("[1e400]") == .number)
        #expect(reason("1e400") == .number)
    }

    @Test func `a quarantined body gives what could be read`() {
        guard case .quarantine(.key, let parts) = scan(envelope(data: "{}")) else {
            Issue.record("taken")
            return
        }
        #expect(parts.eventID != nil)
        #expect(parts.type == "order.updated")
        #expect(parts.occurredAtText == "2026-01-02T03:04:05Z")
        #expect(parts.key == nil)
        guard case .quarantine(.ambiguous, let twice) = scan(#"{"type":"a","type":"a"}"#) else {
            Issue.record("taken")
            return
        }
        #expect(twice.type == nil)
    }

    @Test func `history fields are read from the body that was scanned last`() throws {
        let type = "order.lineItemStatusChanged"
        guard case .event(let event) = scan(try Fixture.body(type)) else {
            Issue.record("refused")
            return
        }
        let field = try #require(event.entry.historyFields.first)
        #expect(field.name == "lineItemId")
        #expect(scanner.historyValue(field) == "line-item-1")
    }

    private func scan(_ body: [UInt8]) -> ScanResult {
        scanner.scan(PaddedBytes(body), receivedAt: now)
    }

    private func scan(_ body: String) -> ScanResult {
        scan(Array(body.utf8))
    }

    private func reason(_ body: String) -> QuarantineReason? {
        guard case .quarantine(let reason, _) = scan(body) else { return nil }
        return reason
    }

    private func permutations(_ items: [String]) -> [[String]] {
        guard items.count > 1 else { return [items] }
        return items.indices.flatMap { index -> [[String]] in
            var rest = items
            let item = rest.remove(at: index)
            return permutations(rest).map { [item] + $0 }
        }
    }
}

private func envelope(
    id: String = #""eventId""#, eventID: String = #""b3a2d5c4-1f2e-4a6b-9c7d-1234567890ab""#,
    type: String = #""order.updated""#, occurredAt: String = #""2026-01-02T03:04:05Z""#,
    data: String = #"{"orderId":"1"}"#
) -> String {
    "{\(id):\(eventID),\"type\":\(type),\"occurredAt\":\(occurredAt),\"data\":\(data)}"
}
