import Support
import Testing

/// Each promise that the check holds, broken once: it must say so.
@Suite struct TortureCheckTests {
    private static let type = "order.updated"

    private static func delivery(
        _ number: Int, key: String = "order-1", lane: Int? = 0, position: Int? = nil,
        duplicate: Bool = false, status: String = "accepted"
    ) -> TortureDelivery {
        let answer = """
            {"eventId":"e-\(number)","status":"\(status)","duplicate":\(duplicate),\
            "position":\(position ?? number)}
            """
        let response = RawResponse(status: 200, headers: [], body: answer)
        return TortureDelivery(
            body: Array("{\"eventId\":\"e-\(number)\"}".utf8), type: type, key: key, lane: lane,
            answers: [TortureAnswer(response, order: number)])
    }

    private static func record(
        _ number: Int, at offset: Int64, key: String = "order-1", topic: String? = nil,
        partition: Int32? = nil, sequence: Int? = nil
    ) -> ReadRecord {
        ReadRecord(
            topic: topic ?? "t.\(type)",
            partition: partition ?? JavaPartitioner.partition(of: key, among: 3), offset: offset,
            key: key, value: Array("{\"eventId\":\"e-\(number)\"}".utf8),
            headers: ["hookline-sequence": "\(sequence ?? number)", "ce_id": "e-\(number)"])
    }

    private func violations(
        _ deliveries: [TortureDelivery], _ records: [ReadRecord], forbidden: Set<String> = [],
        isExactlyOnce: Bool = false
    ) -> [String] {
        var check = TortureCheck(prefix: "t.", partitions: 3, isExactlyOnce: isExactlyOnce)
        check.check(deliveries, forbidden: forbidden, records: records)
        return check.violations
    }

    private let three = [1, 2, 3].map { Self.delivery($0) }
    private let asTold = [1, 2, 3].map { Self.record($0, at: Int64($0)) }

    @Test func `what is as it was told has no violation`() {
        #expect(violations(three, asTold, isExactlyOnce: true).isEmpty)
    }

    @Test func `a window sent again is right in one delivery and wrong in the other`() {
        let again = asTold + [Self.record(2, at: 4), Self.record(3, at: 5)]
        #expect(violations(three, again).isEmpty)
        #expect(violations(three, again, isExactlyOnce: true).count == 2)
    }

    @Test(arguments: [
        ("lost", [record(1, at: 1), record(3, at: 2)]),
        ("came after", [record(2, at: 1), record(1, at: 2), record(3, at: 3)]),
        ("nobody", [1, 2, 3, 4].map { record($0, at: Int64($0)) }),
        ("belongs to", [record(1, at: 1), record(2, at: 2), record(3, at: 1, topic: "t.x")]),
        ("has key", [record(1, at: 1), record(2, at: 2), record(3, at: 3, key: "order-2")]),
        ("has key", [record(1, at: 1), record(2, at: 2), record(3, at: 3, partition: 7)]),
        ("told 3", [record(1, at: 1), record(2, at: 2), record(3, at: 3, sequence: 4)]),
        ("again", [1, 2, 3].map { record($0, at: Int64($0)) } + [record(3, at: 4, sequence: 9)]),
    ])
    func `what differs is named`(word: String, records: [ReadRecord]) {
        let found = violations(three, records)
        #expect(found.contains { $0.contains(word) }, "\(found)")
    }

    @Test func `what was refused must be nowhere`() {
        #expect(violations(three, asTold, forbidden: ["e-2"]).contains { $0.contains("refused") })
    }

    @Test func `an order that is not the client's is named`() {
        // The client waited for 1, then for 2; the journal has them the other way round.
        let told = [Self.delivery(1, position: 2), Self.delivery(2, position: 1)]
        let records = [Self.record(2, at: 1, sequence: 1), Self.record(1, at: 2, sequence: 2)]
        #expect(violations(told, records).contains { $0.contains("order of the answers") })
        let unordered = [Self.delivery(1, lane: nil, position: 2), told[1]]
        #expect(violations(unordered, records).isEmpty)
    }

    @Test(arguments: [
        ("new twice", [delivery(1), delivery(1)]),
        ("several places", [delivery(1), delivery(1, position: 5, duplicate: true)]),
        ("several places", [delivery(1), delivery(1, duplicate: true, status: "quarantined")]),
        ("shares place", [delivery(1), delivery(2, position: 1)]),
    ])
    func `answers that do not fit together are named`(word: String, told: [TortureDelivery]) {
        let found = violations(told, [])
        #expect(found.contains { $0.contains(word) }, "\(found)")
    }

    @Test func `a quarantined event lies in quarantine`() {
        let told = [Self.delivery(1, status: "quarantined")]
        #expect(violations(told, [Self.record(1, at: 0, topic: "t.quarantine")]).isEmpty)
        #expect(!violations(told, [Self.record(1, at: 0)]).isEmpty)
    }
}
