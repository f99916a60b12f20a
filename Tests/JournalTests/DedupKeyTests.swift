import Events
import Testing

@testable import Journal

struct DedupKeyTests {
    private func key(
        _ type: String?, _ id: EventID?, body: UInt64 = 1
    ) -> DedupKey {
        DedupKey(
            JournalEntry(
                kind: .event, receivedAt: Timestamp(seconds: 0), type: type, eventID: id,
                bodyHash: BodyHash(high: body, low: body), apiKeyName: ""))
    }

    private let id = EventID(high: 1, low: 2)

    @Test func `type and id make the key, the body is beside it`() {
        #expect(key("a", id) == key("a", id))
        #expect(key("a", id).low == key("a", id, body: 2).low)
        #expect(key("a", id) != key("a", id, body: 2))
        #expect(key("a", id).low != key("b", id).low)
        #expect(key("a", id).low != key("a", EventID(high: 2, low: 1)).low)
    }

    @Test func `the id alone is the same under any type`() {
        #expect(key("a", id).id == key("b", id).id)
        #expect(key("a", id).id == key(nil, id).id)
        #expect(key("a", id).id == key(String(repeating: "t", count: 500), id).id)
        #expect(key("a", id).id < 1 << 60)
    }

    @Test func `without an id the body is the key`() {
        #expect(key("a", nil) == key("b", nil))
        #expect(key("a", nil).low != key("a", nil, body: 2).low)
    }

    @Test func `ids made to be alike are told apart`() {
        let ids = (0..<1000).map { number in
            key("a", EventID(high: UInt64(number) &* 0x9E37_79B9_7F4A_7C15, low: UInt64(number))).id
        }
        #expect(Set(ids.map { $0 & 0xFFFF_FFFF }).count > 990)
    }
}
