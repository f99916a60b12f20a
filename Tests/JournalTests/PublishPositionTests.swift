import Testing

@testable import Journal

@Suite struct PublishPositionTests {
    @Test func `what is published throughout ends before the first lane`() {
        let lanes = [
            PublishPosition.Lane(topic: "b", first: 7), PublishPosition.Lane(topic: "a", first: 9),
        ]
        let position = PublishPosition(through: 20, lanes: lanes, routes: 3)
        #expect(position.lowest == 6)
        #expect(position.lanes.map(\.topic) == ["a", "b"])
        #expect(PublishPosition(through: 20, routes: 3) == PublishPosition(through: 20))
    }

    @Test func `a dozen of the longest names fit, and a hundred ordinary ones`() {
        let longest = (0..<14).map { String(repeating: "x", count: 247) + String($0 + 10) }
        #expect(PublishPosition.fit(longest))
        #expect(!PublishPosition.fit(longest + longest))
        #expect(PublishPosition.fit((0..<90).map { "telness.order.type\($0)" }))
    }
}
