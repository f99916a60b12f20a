import Projection
import Support
import Testing

@Suite struct EventStateTests {
    @Test func `a repeated field counts as it came last`() {
        let event = SampleEvent(at: 1, [("a", "1"), ("b", "1"), ("a", "2")])
        #expect(EntityState(alone: event).text == #"{"a":2,"b":1}"#)
        #expect(EntityState([event, event]).text == #"{"a":2,"b":1}"#)
    }

    @Test func `the order of the fields leaves no trace`() {
        let fields = [("a", "1"), ("ab", "2"), ("b", "3"), ("å", "4")]
        let version = SampleEvent(at: 1, []).version
        #expect(EntityState(version, fields.reversed()) == EntityState(version, fields))
    }

    @Test func `an event without fields leaves a trace where it replaces`() {
        let version = SampleEvent(at: 1, []).version
        #expect(EntityState(version, []) == EntityState())
        #expect(EntityState(version, replacing: true, []).floor == version)
    }

    @Test func `a field with many thousand companions costs no more than its share`() {
        let many = (0..<50_000).map { (name: "field-\($0)", value: "\($0)") }
        let state = EntityState([SampleEvent(at: 1, many), SampleEvent(at: 2, many.reversed())])
        #expect(state.count == many.count)
    }
}
