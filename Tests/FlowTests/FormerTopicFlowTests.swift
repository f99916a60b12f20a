import Events
import Support
import Testing

// A type that is published to another topic than before: the records of the old one count.
extension Flows.GapFlowTests {
    /// Writes a catalogue whose `order.updated` goes to `orders`, and says where it once went.
    private func rename(_ installation: Installation, former: String) throws {
        let text = Catalogue.shippedText.replacing(
            "\"order.updated\": {",
            with: "\"order.updated\": { topic: \"orders\", formerTopics: [\(former)],")
        try FileSystem.write(text, to: installation.folder.file("catalogue.json5"))
    }

    @Test(.timeLimit(.minutes(5)))
    func `a renamed topic's records are not left out in silence, and are read where it is named`()
        throws
    {
        let installation = try installation(settings: ["catalogue": "file: \"catalogue.json5\""])
        try FileSystem.write(
            Catalogue.shippedText, to: installation.folder.file("catalogue.json5"))
        try installation.run("topics", "create")
        try TopicWriter(installation.kafka).write(records(0..<10))
        var process = try consume(installation, "stop")
        let old = try state(of: [0..<10], and: 0..<0)
        try installation.waitForState(old, upTo: .seconds(30))
        try stop(process)

        try rename(installation, former: "")
        try installation.run("topics", "create")
        process = try consume(installation, "stop")
        try waitForReason("the state has read the topic \(topic), which", installation)
        let refused = try replay(installation)
        #expect(refused.code == .exited(1), "\(refused.text)")
        #expect(refused.text.contains("lacks 10 events that the live state has"))
        #expect(try installation.export() == old)
        try stop(process)

        // As the reason says.
        try rename(installation, former: "\"\(topic)\"")
        process = try consume(installation, "stop")
        try waitUntilReady(installation)
        let writer = try TopicWriter(installation.kafka)
        try writer.write(
            records(10..<20).map { record in
                var record = record
                record.topic = Installation.prefix + "orders"
                return record
            })
        // A publisher that was not restarted yet.
        try writer.write(records(20..<23))
        let whole = try state(of: [0..<23], and: 0..<0)
        try installation.waitForState(whole, upTo: .seconds(30))
        let rebuilt = try replay(installation, "--verify")
        #expect(rebuilt.code == .exited(0), "\(rebuilt.text)")
        #expect(try installation.export() == whole)

        // Once the old topic is gone, its records are in the state and in no rebuilt one.
        try remove(installation)
        try stop(process)
        process = try consume(installation, "stop")
        try waitUntilReady(installation)
        #expect(try installation.export() == whole)
        #expect(try replay(installation).code == .exited(1))
        let accepted = try replay(installation, "--accept-loss")
        #expect(accepted.code == .exited(0), "\(accepted.text)")
        try installation.waitForState(state(of: [10..<20], and: 0..<0), upTo: .seconds(30))
        try waitUntilReady(installation)
        try stop(process)
    }
}
