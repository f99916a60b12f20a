import Consumer
import Events
import Kafka
import Projection
import Replay
import Store
import Support
import Testing

@Suite struct LossCheckTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// A state with these orders' events, each a number, and dead letters at these offsets, read up
    /// to a next offset.
    private func state(
        _ name: String, _ orders: [String: [Int]], letters: [Int64] = [], next: Int64 = 1000,
        body: String? = nil
    ) throws -> StateReader {
        let path = directory.file(name)
        let store = try StateStore(
            path: path, .init(Catalogue.shipped, cacheBytes: 100_000))
        let entry = try #require(Catalogue.shipped["order.updated"])
        try store.begin()
        for (id, events) in orders {
            for number in events {
                let version = Version(
                    occurredAt: Timestamp(seconds: Int64(number)), updatedAt: nil, rank: 20,
                    eventID: EventID(high: 0, low: UInt64(number)),
                    bodyHash: BodyHash(hashing: Array("\(body ?? id) \(number)".utf8).span))
                let event = StoredEvent(
                    entry: entry, id: id, version: version,
                    position: RecordPosition(topic: "t", partition: 0, offset: Int64(number)))
                _ = try store.apply(event, [("f", "1")])
            }
        }
        for offset in letters {
            try store.keepDeadLetter(
                .json, "no JSON", at: RecordPosition(topic: "t", partition: 0, offset: offset),
                key: nil, value: nil, time: Timestamp(seconds: 0))
        }
        try store.advance(PartitionProgress(topic: "t", partition: 0, next: next, last: nil))
        try store.commit()
        return try StateReader(path: path)
    }

    private func loss(
        _ live: StateReader, _ rebuilt: StateReader, start: Int64 = 0
    ) throws -> StateLoss {
        try LossCheck(live: live, rebuilt: rebuilt, starts: [TopicPartition("t", 0): start]).run()
    }

    @Test func `nothing is lost by what knows as much or more`() throws {
        let live = try state("live", ["a": [1, 2, 2], "ä": [3]])
        #expect(try loss(live, live).isNothing)
        let more = try state("more", ["a": [2, 1, 7], "b": [4], "ä": [3]], next: 2000)
        #expect(try loss(live, more).isNothing)
    }

    @Test func `events of an entity that is missing, and of one that is not, are named`() throws {
        let live = try state("live", ["a": [1, 2, 2], "b": [5], "c": [8]])
        let rebuilt = try state("rebuilt", ["a": [1], "c": [8]])
        let loss = try loss(live, rebuilt)
        #expect(loss.events == 2)
        #expect(
            loss.named == [
                "order.updated of order a, from t[0]@2", "order.updated of order b, from t[0]@5",
            ])
        #expect(loss.spans == [TopicPartition("t", 0): 2...5])
        #expect(!loss.isNothing)
    }

    @Test func `an event that another entity has now is not lost`() throws {
        let live = try state("live", ["a": [1, 2], "b": [3]], body: "same")
        #expect(try loss(live, state("moved", ["c": [1, 2, 3]], body: "same")).isNothing)
        #expect(try loss(live, state("part", ["c": [1, 3]], body: "same")).events == 1)
    }

    @Test func `of an entity with many events each is compared`() throws {
        let many = Array(1...400)
        let live = try state("live", ["a": many])
        #expect(try loss(live, state("same", ["a": many.reversed()])).isNothing)
        let loss = try loss(live, state("rebuilt", ["a": many.filter { $0 % 100 != 7 }]))
        #expect(loss.events == 4)
        #expect(loss.spans == [TopicPartition("t", 0): 7...307])
    }

    @Test func `no more than ten are named, and all are counted`() throws {
        let loss = try loss(state("live", ["a": Array(1...25)]), state("rebuilt", [:]))
        #expect(loss.events == 25)
        #expect(loss.named.count == StateLoss.namedLimit)
    }

    @Test func `offsets beyond the end that the partition has now are lost`() throws {
        let live = try state("live", ["a": [1]], next: 12)
        let loss = try loss(live, state("rebuilt", ["a": [1]], next: 10))
        #expect(loss.events == 0)
        #expect(loss.spans == [TopicPartition("t", 0): 10...11])
    }

    @Test func `dead letters whose records are gone are carried over`() throws {
        let live = try state("live", [:], letters: [3, 7, 20])
        let rebuilt = try state("rebuilt", [:], letters: [7, 20])
        // The records before 10 are gone: of the one at 7 the rebuilt state has the letter.
        let loss = try loss(live, rebuilt, start: 10)
        #expect(loss.deadLetters.map(\.position.offset) == [3])
        #expect(loss.isNothing)
        #expect(try self.loss(live, rebuilt).deadLetters.isEmpty)
    }
}
