import Events
import Projection
import Support
import Testing

@Suite struct EntityStateCanonicalTests {
    @Test(arguments: [
        ("2.50", "2.50"), ("1E+2", "1E+2"), ("[ 1,\t2 ,\r\n3 ]", "[1,2,3]"),
        (#"{ "a b" : "c  d" }"#, #"{"a b":"c  d"}"#), (#"[ "\\" , " \" " ]"#, #"["\\"," \" "]"#),
    ])
    func `only whitespace outside strings goes`(value: String, expected: String) {
        #expect(EntityState([SampleEvent(at: 1, [("a", value)])]).text == "{\"a\":\(expected)}")
    }

    @Test func `names are escaped as JSON asks`() {
        let state = EntityState([SampleEvent(at: 1, [("a\"b\n", "1"), ("å", "2")])])
        #expect(state.text == #"{"a\"b\n":1,"å":2}"#)
    }

    @Test func `digests are equal exactly for equal canonical forms`() {
        let spaced = EntityState([SampleEvent(at: 1, [("a", "[1, 2]")])])
        let dense = EntityState([SampleEvent(at: 2, [("a", "[1,2]")])])
        let other = EntityState([SampleEvent(at: 2, [("a", "[1,2.0]")])])
        #expect(spaced.digest == dense.digest)
        #expect(spaced.digest != other.digest)
    }

    @Test func `a line of an export names the entity and escapes its id`() {
        let state = EntityState([SampleEvent(at: 1, [("b", "[1, 2]"), ("a", "null")])])
        #expect(
            String(decoding: state.exportLine("order", "a\"1"), as: UTF8.self)
                == #"{"entity":"order","id":"a\"1","state":{"a":null,"b":[1,2]}}"#)
    }

    @Test(
        .enabled(
            if: JSONSchemaValidator.isAvailable,
            Comment(rawValue: JSONSchemaValidator.whyNot ?? "")))
    func `the state that the documented webhooks give is valid by its schema`() throws {
        var states: [String: EntityState] = [:]
        let reader = RecordReader(catalogue: .shipped, prefix: "")
        for type in Fixture.types {
            let body = try Fixture.body(type)
            let key = Array((type.hasPrefix("license.") ? "<string>" : "order-123").utf8)
            guard
                case .event(let event) = try reader.read(
                    key: key.span, value: body.span, topic: type, timestamp: nil)
            else {
                Issue.record("\(type) is no event")
                continue
            }
            let alone = try EntityState(event, reader)
            states[event.entry.entity, default: EntityState()].merge(alone)
        }
        #expect(states.keys.sorted() == ["license", "order"])
        for (entity, state) in states {
            let schema = try #require(SchemaSet(.shipped).document("\(entity)-state"))
            // The other entity's state is none of this one.
            let documents = [state] + states.filter { $0.key != entity }.values
            let complaints = try JSONSchemaValidator.complaints(
                about: documents.map(\.canonicalJSON), schema: schema)
            #expect(complaints.map { $0.prefix(2) } == ["1:"], "\(entity): \(complaints)")
        }
    }
}
