import Consumer
import Events
import Replay
import Testing

@Suite struct ReplayTopicsTests {
    private func topics(_ names: String...) throws -> ReplayTopics {
        try ReplayTopics(names, catalogue: .shipped, prefix: "telness.")
    }

    private var all: [String] { Catalogue.shipped.topics(prefix: "telness.") }

    @Test func `without names it is every topic of the catalogue`() throws {
        let topics = try topics()
        #expect(topics.names == all)
        #expect(topics.isWhole)
    }

    @Test func `a topic is named with the prefix or without, and twice is once`() throws {
        let some = try topics("telness.order.updated", "order.updated", "license.created")
        #expect(some.names == ["telness.license.created", "telness.order.updated"])
        #expect(!some.isWhole)
        #expect(try ReplayTopics(all, catalogue: .shipped, prefix: "telness.").isWhole)
    }

    @Test func `topics where a type once was belong to all that is read`() throws {
        let text = Catalogue.shippedText.replacing(
            "\"order.updated\": {", with: "\"order.updated\": { formerTopics: [\"old.o\"],")
        let catalogue = try Catalogue(json5: Array(text.utf8))
        let all = try ReplayTopics([], catalogue: catalogue, prefix: "telness.")
        #expect(all.names == ["old.o"] + self.all)
        #expect(try !ReplayTopics(self.all, catalogue: catalogue, prefix: "telness.").isWhole)
        #expect(try ReplayTopics(["old.o"], catalogue: catalogue, prefix: "t.").names == ["old.o"])
    }

    @Test func `an unknown topic is told with those that there are`() throws {
        let error = #expect(throws: ConsumerError.self) { try topics("order.update") }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains("no topic order.update: it has"))
        #expect(text.contains("order.updated"))
    }

    @Test func `what is built of a part says of which`() throws {
        let whole = ReplayOrder(topics: try topics())
        #expect(whole.isWhole)
        #expect(whole.scope == nil)
        let cutoff = Timestamp(seconds: 0)
        #expect(
            ReplayOrder(topics: try topics(), cutoff: cutoff).scope == "as of 1970-01-01T00:00:00Z")
        #expect(
            ReplayOrder(topics: try topics("order.updated"), cutoff: cutoff).scope
                == "of the topics telness.order.updated, as of 1970-01-01T00:00:00Z")
    }
}
