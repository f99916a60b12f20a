import Events
import Projection
import Testing

@Suite struct StateLayoutTests {
    private let state = EntityState([
        SampleEvent(at: 1, [("a", "1"), ("b", "[1, 2]")]),
        SampleEvent(at: 2, id: 2, replacing: true, [("b", "{}")]),
        SampleEvent(at: 3, id: 3, [("c", String(repeating: "9", count: 300))]),
    ])

    @Test func `what is encoded is read back`() throws {
        let read = try #require(EntityState(encoded: state.encoded))
        #expect(read.encoded == state.encoded)
        #expect(read == state)
        #expect(read.floor == state.floor)
        #expect(read.text == state.text)
        #expect(EntityState(encoded: EntityState().encoded) == EntityState())
    }

    @Test func `only versions in use are kept`() {
        var state = EntityState()
        for second in 0..<100 { state.apply(SampleEvent(at: Int64(second), [("a", "1")])) }
        #expect(state.encoded.count < 2 * Version.encodedCount)
    }

    @Test func `every truncation is noticed`() {
        let encoded = state.encoded
        for length in 0..<encoded.count {
            #expect(EntityState(encoded: Array(encoded.prefix(length))) == nil)
        }
        #expect(EntityState(encoded: encoded + [0]) == nil)
    }

    @Test func `no flipped bit makes it read beyond its end`() {
        let encoded = state.encoded
        for bit in 0..<encoded.count * 8 {
            var damaged = encoded
            damaged[bit / 8] ^= 1 << (bit % 8)
            // Damage that still reads as a state is for the database's own checks to find.
            _ = EntityState(encoded: damaged)?.canonicalJSON
        }
    }
}
