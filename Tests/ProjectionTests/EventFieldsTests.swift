import Events
import Projection
import Testing

@Suite struct EventFieldsTests {
    @Test func `a repeated field counts as it came last`() {
        let event = SampleEvent(at: 1, [("a", "1"), ("b", "1"), ("a", "2")])
        #expect(EntityState(alone: event).text == #"{"a":2,"b":1}"#)
        #expect(EntityState([event, event]).text == #"{"a":2,"b":1}"#)
    }

    @Test func `the order of arrival leaves no trace`() {
        let fields = [("a", "1"), ("ab", "2"), ("b", "3"), ("å", "4")]
        let sorted = EntityState(alone: SampleEvent(at: 1, fields))
        var fieldsOnly = EventFields()
        for (name, value) in fields.reversed() {
            fieldsOnly.set(Array(name.utf8).span, Array(value.utf8).span)
        }
        var bytes: [UInt8] = []
        fieldsOnly.encode(SampleEvent(at: 1, fields).version, replacing: false, to: &bytes)
        #expect(bytes == sorted.encoded)
    }

    @Test func `it is empty again after it was encoded`() {
        let version = SampleEvent(at: 1, []).version
        var fields = EventFields()
        fields.set(Array("a".utf8).span, Array("1".utf8).span)
        var bytes: [UInt8] = []
        fields.encode(version, replacing: false, to: &bytes)
        bytes.removeAll()
        fields.encode(version, replacing: false, to: &bytes)
        #expect(bytes == EntityState().encoded)
        bytes.removeAll()
        fields.encode(version, replacing: true, to: &bytes)
        #expect(EntityState(encoded: bytes)?.floor == version)
    }

    @Test func `a field with many thousand companions costs no more than its share`() {
        let many = (0..<50_000).map { (name: "field-\($0)", value: "\($0)") }
        let state = EntityState([SampleEvent(at: 1, many), SampleEvent(at: 2, many.reversed())])
        #expect(state.count == many.count)
    }
}
