import Publisher
import Testing

@Suite struct PublisherErrorTests {
    @Test func `each says what happened and what to do`() {
        let fenced = PublisherError.fenced(transactionalID: "hookline-1").description
        #expect(fenced.contains("hookline-1") && fenced.contains("let only one run"))
        let beyond = PublisherError.beyondJournal(position: 9, last: 4).description
        #expect(beyond.contains("record 9") && beyond.contains("ends at 4"))
        #expect(beyond.contains("journal requeue"))
        #expect(PublisherError.otherRecord(position: 3).description.contains("record 3"))
        #expect(PublisherError.unreadablePosition("x y").description.contains("\"x y\""))
        let routes = PublisherError.routesChanged(topics: ["a", "b"]).description
        #expect(routes.contains("a, b") && routes.contains("catalogue"))
    }
}
