import Events
import Projection
import Support
import Testing

@Suite struct StateMergeTests {
    @Test func `the newest value of each field wins`() {
        var state = EntityState([SampleEvent(at: 1, [("a", "1"), ("b", "1")])])
        let newer = state.apply(SampleEvent(at: 3, [("a", "3")]))
        let between = state.apply(SampleEvent(at: 2, [("a", "2"), ("b", "2"), ("c", "null")]))
        #expect(state.text == #"{"a":3,"b":2,"c":null}"#)
        #expect(newer.outcome == .applied)
        #expect(between.outcome == .partlyApplied)
        #expect(between.won == 2 && between.lost == 1)
        #expect(state.apply(SampleEvent(at: 0, [("a", "0")])).outcome == .stale)
    }

    @Test func `of equal times updatedAt, rank, id and hash decide, in this order`() {
        let rising = [
            SampleEvent(at: 1, rank: 30, id: 9, [("a", "1")]),
            SampleEvent(at: 1, updatedAt: 1, rank: 40, id: 9, [("a", "2")]),
            SampleEvent(at: 1, updatedAt: 2, rank: 10, id: 9, [("a", "3")]),
            SampleEvent(at: 1, updatedAt: 2, rank: 20, id: 1, [("a", "4")]),
            SampleEvent(at: 1, updatedAt: 2, rank: 20, id: 2, [("a", "5")]),
        ]
        #expect(EntityState(rising.reversed()).text == #"{"a":5}"#)
        for (lower, higher) in zip(rising, rising.dropFirst()) {
            #expect(EntityState([higher, lower]) == EntityState([higher, lower, lower, higher]))
            #expect(EntityState([higher, lower]).text == EntityState([higher]).text)
        }
    }

    @Test func `a replacing event removes what is older, for good`() {
        let old = SampleEvent(at: 1, [("a", "1"), ("b", "1")])
        let replacing = SampleEvent(at: 3, replacing: true, [("b", "3")])
        let late = SampleEvent(at: 2, [("c", "2")])
        let newer = SampleEvent(at: 4, [("d", "4")])
        var state = EntityState([newer, old])
        #expect(state.apply(replacing).setFloor)
        #expect(state.text == #"{"b":3,"d":4}"#)
        #expect(state.floor == replacing.version)
        #expect(state.apply(late).outcome == .stale)
        #expect(state.text == #"{"b":3,"d":4}"#)
        #expect(state == EntityState([replacing, late, newer, old]))
    }

    @Test func `an older replacing event that only sets the floor is partly applied`() {
        var state = EntityState([
            SampleEvent(at: 3, [("a", "3")]), SampleEvent(at: 1, [("b", "1")]),
        ])
        let effect = state.apply(SampleEvent(at: 2, replacing: true, [("a", "2")]))
        #expect(effect.outcome == .partlyApplied)
        #expect(state.text == #"{"a":3}"#)
    }

    @Test func `a newer event takes the place of all whose names it has, and of no other`() {
        let old = SampleEvent(at: 1, [("a", "1"), ("c", "1")])
        let whole = SampleEvent(at: 2, [("a", "2"), ("b", "2"), ("c", "2"), ("d", "2")])
        var state = EntityState([old])
        #expect(state.apply(whole).outcome == .applied)
        #expect(state == EntityState(alone: whole))
        // One name less, and none of the same: what they lack stays.
        for fields in [[("a", "3"), ("b", "3"), ("d", "3")], [("c0", "3")]] {
            let part = SampleEvent(at: 3, fields)
            var other = state
            #expect(other.apply(part).won == fields.count)
            #expect(other.version(of: "c") == whole.version)
            #expect(other == EntityState([part, whole, old]))
        }
        let replacing = SampleEvent(at: 4, replacing: true, [("z", "4")])
        #expect(state.apply(replacing).setFloor)
        #expect(state == EntityState(alone: replacing))
        // A floor stays though it is not the event's.
        let last = SampleEvent(at: 5, [("z", "5")])
        state.apply(last)
        #expect(state.floor == replacing.version)
        #expect(state == EntityState([last, replacing]))
    }

    @Test func `an event without fields is applied`() {
        var state = EntityState()
        #expect(state.apply(SampleEvent(at: 1, [])).outcome == .applied)
        #expect(state == EntityState())
    }

    @Test func `what won is told by name`() {
        let state = EntityState([SampleEvent(at: 2, [("a", "2"), ("c", "2")])])
        let event = EntityState(alone: SampleEvent(at: 1, [("a", "1"), ("b", "1"), ("d", "1")]))
        var merge = StateMerge()
        var (merged, won): ([UInt8], [String]) = ([], [])
        let effect = merge.merge(event.encoded.span, into: state.encoded.span, to: &merged) {
            won.append($0)
        }
        #expect(won == ["b", "d"])
        #expect(effect?.lost == 1)
    }

    @Test func `what is no state is not merged`() {
        let state = EntityState([SampleEvent(at: 1, [("a", "1")])]).encoded
        var merge = StateMerge()
        var merged: [UInt8] = []
        for length in state.indices {
            let cut = Array(state.prefix(length))
            #expect(merge.merge(cut.span, into: state.span, to: &merged) == nil)
            #expect(merge.merge(state.span, into: cut.span, to: &merged) == nil)
        }
    }

    @Test(arguments: 0..<300)
    func `any order and any repetition gives the same state`(seed: Int) throws {
        var generator = SeededGenerator(seed: seed)
        let events = (0..<12).map { _ in SampleEvent.random(&generator) }
        let expected = EntityState(events)
        #expect(expected.text == PlainModel(events).text)
        for _ in 0..<8 {
            let repeated = events.filter { _ in Bool.random(using: &generator) }
            let shuffled = (events + repeated).shuffled(using: &generator)
            let state = EntityState(shuffled)
            #expect(state.encoded == expected.encoded)
            #expect(state.text == expected.text)
        }
    }

    @Test(arguments: 0..<300)
    func `folded apart in any groups and merged gives the same state`(seed: Int) throws {
        var generator = SeededGenerator(seed: seed)
        let events = (0..<12).map { _ in SampleEvent.random(&generator) }
        let expected = EntityState(events)
        for _ in 0..<8 {
            var groups = Array(repeating: [SampleEvent](), count: 4)
            for event in events + events.prefix(4) {
                groups[Int.random(in: 0..<4, using: &generator)].append(event)
            }
            var folded = groups.map { EntityState($0) }.shuffled(using: &generator)
            while folded.count > 1 {
                let place = Int.random(in: 0..<folded.count - 1, using: &generator)
                let right = folded.remove(at: place + 1)
                let roundTrip = try #require(EntityState(encoded: right.encoded))
                folded[place].merge(Bool.random(using: &generator) ? right : roundTrip)
            }
            #expect(folded[0].encoded == expected.encoded)
        }
    }
}

/// The projection a second time, plainly: all events sorted, then taken one by one.
private struct PlainModel {
    private var values: [String: String] = [:]

    init(_ events: [SampleEvent]) {
        for event in events.sorted(by: { $0.version < $1.version }) {
            if event.replacing { values = [:] }
            for (name, value) in event.fields { values[name] = value }
        }
    }

    var text: String {
        let fields = values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        return "{"
            + fields.map { "\"\($0.key)\":\($0.value.filter { $0 != " " })" }
            .joined(separator: ",") + "}"
    }
}
