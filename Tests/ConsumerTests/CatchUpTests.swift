import Events
import Kafka
import Projection
import Store
import Support
import Telemetry
import Testing

@testable import Consumer

@Suite(.timeLimit(.minutes(10))) struct CatchUpTests {
    let topics: TestTopics
    let store: StateStore

    init() throws {
        topics = try TestTopics()
        store = try Self.store()
    }

    private static func store() throws -> StateStore {
        try StateStore(
            path: ":memory:", .init(ModelType.catalogue, cacheBytes: 10_000))
    }

    @Test(arguments: 1...3) func `it reads up to the ends and no further, in one go or in pieces`(
        seed: Int
    ) throws {
        defer { topics.end() }
        let history = RandomHistory(seed: seed, events: 150)
        let half = history.records.count / 2
        try topics.send(Array(history.records[..<half]))
        let middle = topics.ends
        try topics.send(Array(history.records[half...]))
        let first = try topics.catchUp(store, to: topics.targets(middle, exact: true))
        #expect(first.records == half)
        #expect(next(store) == middle)
        let rest = try topics.catchUp(store, to: topics.targets(topics.ends, exact: true))
        #expect(first.records + rest.records == history.records.count)
        #expect(next(store) == topics.ends)
        #expect(first.deadLetters + rest.deadLetters == history.foreign)
        let whole = try Self.store()
        let again = try topics.catchUp(whole, to: topics.targets(topics.ends))
        #expect(again.records == history.records.count)
        #expect(next(whole) == topics.ends)
    }

    private func next(_ store: StateStore) -> [TopicPartition: Int64] {
        let progress = (try? store.progress()) ?? []
        return Dictionary(
            uniqueKeysWithValues: progress.map { (TopicPartition($0.topic, $0.partition), $0.next) }
        )
    }

    @Test func `events that occurred after the cutoff are passed over and counted`() throws {
        defer { topics.end() }
        let events = (0...4).map { ModelEvent(type: "order.updated", id: "order-1", second: $0) }
        try topics.send(events.map(\.record))
        let cutoff = try #require(Timestamp(rfc3339: "2024-01-15T10:00:02Z"))
        let read = try topics.catchUp(store, to: topics.targets(topics.ends), upTo: cutoff)
        #expect(read.records == 5)
        #expect(read.later == 2)
        #expect(read.events(.applied) == 3)
        #expect(next(store) == topics.ends)
    }

    @Test func `more than the hand-over holds comes through, a record that is no event as it was`()
        throws
    {
        defer { topics.end() }
        let count = 2500
        let long = String(repeating: "x", count: 2000)
        try topics.send(
            (0..<count).map { number in
                ModelEvent(
                    type: "order.updated", id: "order-\(number)",
                    fields: [("a", "\"\(long)\"")]
                ).record
            } + [TestRecord(topic: "license.ended", key: "x", value: long)])
        let read = try topics.catchUp(store, to: topics.targets(topics.ends, exact: true))
        #expect(read.records == count + 1)
        #expect(read.events(.applied) == count)
        #expect(read.deadLetters == 1)
        let letter = try #require(
            try store.deadLetters(DeadLetterSelection(), after: 0, limit: 1).first)
        #expect(letter.value == Array(long.utf8))
        #expect(letter.key == Array("x".utf8))
    }

    @Test func `an end that is not there is a failure where it must be reached`() throws {
        defer { topics.end() }
        try topics.send([ModelEvent(type: "order.updated", id: "order-1").record])
        let key = try #require(topics.ends.keys.first)
        let error = #expect(throws: ConsumerError.self) {
            try topics.catchUp(store, to: topics.targets([key: 3], exact: true))
        }
        guard case .short(key, next: 1, end: 3) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `a topic that was made again is noticed`() throws {
        try topics.send(
            (0...1).map { ModelEvent(type: "order.updated", id: "o", second: $0).record })
        let key = try #require(topics.ends.keys.first)
        try topics.catchUp(store, to: topics.targets(topics.ends))
        topics.end()
        let other = try TestTopics()
        defer { other.end() }
        try other.send(
            (2...5).map { ModelEvent(type: "order.updated", id: "o", second: $0).record })
        let error = #expect(throws: ConsumerError.self) {
            try other.catchUp(store, to: other.targets(other.ends))
        }
        guard case .stopped(key, .replaced(offset: 0)) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `it stops when it is asked to`() throws {
        defer { topics.end() }
        try topics.send([ModelEvent(type: "order.updated", id: "order-1").record])
        var hooks = CatchUp.Hooks()
        hooks.check = { () throws(ConsumerError) in throw .interrupted }
        let error = #expect(throws: ConsumerError.self) {
            try topics.catchUp(store, to: topics.targets(topics.ends), hooks: hooks)
        }
        guard case .interrupted = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
