import Events
import Glibc
import Kafka
import Store
import Support
import Testing

@testable import Consumer

@Suite(.timeLimit(.minutes(10))) struct ConsumeRunStateTests {
    @Test func `entities that were there before a filter are entered in the lists`() throws {
        let topics = try TestTopics()
        defer { topics.end() }
        let directory = try TemporaryDirectory()
        let folder = StateFolder(directory.path)
        let plain = Catalogue.shippedText.replacing(/filters: \[[^\]]*\],/, with: "")
        func consume(_ catalogue: Catalogue) throws -> RunningConsumer {
            try RunningConsumer(topics.cluster.configuration, folder, catalogue: catalogue)
        }
        func canFilter() throws -> Bool {
            let state = ListSelection("order", fields: [("state", Array("NEW".utf8))])
            return try StateReader.open(folder).list(state, after: .row(0)) != nil
        }
        let first = try consume(Catalogue(json5: Array(plain.utf8)))
        try topics.send([ModelEvent(type: "order.updated", id: "order-1").record])
        try folder.reach(topics.ends)
        try first.stop()
        #expect(try !canFilter())
        let second = try consume(.shipped)
        try eventually("the lists") { try canFilter() }
        try eventually("no note of it") { second.loop.status.notes.isEmpty }
        try second.stop()
    }

    @Test func `a note on the log names who reads, as far as that can be seen`() {
        let seen = ConsumeRun.note(420 << 20, [getpid()])
        #expect(seen.contains("420 MiB, because process \(getpid()) ("))
        #expect(ConsumeRun.note(300 << 20, []).contains("a reader that cannot be seen from here"))
        var status = ConsumerStatus()
        status.log = seen
        status.listedRows = 7
        #expect(status.notes.first == seen)
        #expect(status.notes.count == 2)
    }
}
