import Events
import Projection
import Testing

@Suite struct EntityStateTests {
    @Test func `fields come in the order of their UTF-8`() {
        let state = EntityState([
            SampleEvent(
                at: 1, [("å", "1"), ("b", "2"), ("ab", "3"), ("a", "4"), ("", "5"), ("B", "6")])
        ])
        var names: [String] = []
        state.forEachField { name, _, _ in
            names.append(String(decoding: name.indices.map { name[$0] }, as: UTF8.self))
        }
        #expect(names == ["", "B", "a", "ab", "b", "å"])
        #expect(state.count == 6)
    }

    @Test func `a field is found with its value and version`() {
        let event = SampleEvent(at: 1, [("price", "2.50"), ("state", "\"NEW\"")])
        let state = EntityState([event])
        #expect(state.version(of: "price") == event.version)
        #expect(state.withValue(of: "price") { $0.count } == 4)
        #expect(state.version(of: "prices") == nil)
        #expect(state.withValue(of: "") { $0.count } == nil)
        #expect(state.newest == event.version)
    }

    @Test func `an entity without events has nothing`() {
        #expect(EntityState().newest == nil)
        #expect(EntityState().text == "{}")
    }
}
