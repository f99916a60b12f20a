import Events
import Projection
import Replay
import Store
import Support
import Testing

@Suite struct StateComparisonTests {
    private func version(_ second: Int64, _ id: UInt64 = 1) -> Version {
        Version(
            occurredAt: Timestamp(seconds: second), updatedAt: nil, rank: 20,
            eventID: EventID(high: 0, low: id), bodyHash: BodyHash(hashing: [UInt8(id)].span))
    }

    private func state(
        _ events: [(second: Int64, fields: [String: String])], replacing: Set<Int> = []
    ) -> EntityState {
        var state = EntityState()
        for (index, event) in events.enumerated() {
            let replaces = replacing.contains(index)
            let fields = event.fields.map { ($0.key, $0.value) }
            state.merge(EntityState(version(event.second), replacing: replaces, fields))
        }
        return state
    }

    private func names(
        _ live: EntityState, _ rebuilt: EntityState, _ scope: StateComparison.Scope
    ) -> [String] {
        StateComparison.differences(live: live, rebuilt: rebuilt, scope).map(\.name)
    }

    @Test func `another value, another event and a missing field are differences`() {
        let live = state([(1, ["a": "1", "b": "1", "c": "1", "same": "1"])])
        let rebuilt = state([(1, ["a": "2", "d": "1", "same": "1"]), (2, ["b": "1"])])
        #expect(names(live, rebuilt, .whole) == ["a", "b", "c", "d"])
        #expect(names(live, live, .whole) == [])
    }

    @Test func `of a part only what it knows better than the live one counts`() {
        let live = state([(2, ["a": "1", "b": "1", "c": "1"])])
        // Older, and lacking: the live one knows more.
        #expect(names(live, state([(1, ["a": "0"])]), .part) == [])
        #expect(names(live, state([(2, ["a": "1"])]), .part) == [])
        // Newer, other, and unknown to the live one.
        #expect(names(live, state([(3, ["a": "1"])]), .part) == ["a"])
        #expect(names(live, state([(2, ["b": "7"])]), .part) == ["b"])
        #expect(names(live, state([(1, ["d": "7"])]), .part) == ["d"])
    }

    @Test func `of a part, what a replace event took away is no difference`() {
        let live = state([(1, ["a": "1"]), (5, ["b": "1"])], replacing: [1])
        #expect(names(live, state([(1, ["a": "1"])]), .part) == [])
        #expect(names(live, state([(6, ["a": "1"])]), .part) == ["a"])
    }

    @Test func `entities are compared one by one, and each side's event is named`() throws {
        let directory = try TemporaryDirectory()
        let (left, right) = (directory.file("left"), directory.file("right"))
        try fill(left, ["a": 1, "b": 2, "ä": 1])
        try fill(right, ["b": 3, "c": 1, "ä": 1])
        let (live, rebuilt) = (try StateReader(path: left), try StateReader(path: right))
        var comparison = StateComparison(live: live, rebuilt: rebuilt, scope: .whole)
        var found: [EntityDifference] = []
        try comparison.run { found.append($0) }
        #expect(comparison.entities == 4)
        #expect(comparison.different == 3)
        // The rebuilt state lacks one; of another it has a newer event, and one more is new.
        #expect(comparison.worse == 1)
        #expect(found.map(\.id) == ["a", "b", "c"])
        #expect(found.map(\.isInLive) == [true, true, false])
        #expect(found.map(\.isInRebuilt) == [false, true, true])
        let field = try #require(found[1].fields.first)
        #expect(field.live?.setBy?.position.offset == 2)
        #expect(field.rebuilt?.setBy?.position.offset == 3)
    }

    /// A state with an order for each id, whose event is of that second and at that offset.
    private func fill(_ path: String, _ orders: [String: Int64]) throws {
        let store = try StateStore(
            path: path, .init(Catalogue.shipped, cacheBytes: 100_000))
        let entry = try #require(Catalogue.shipped["order.updated"])
        try store.begin()
        for (id, second) in orders {
            let event = StoredEvent(
                entry: entry, id: id, version: version(second),
                position: RecordPosition(topic: "t", partition: 0, offset: second))
            _ = try store.apply(event, [("f", "1")])
        }
        try store.commit()
    }
}
